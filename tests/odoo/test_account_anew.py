"""An account is deleted and another one made: what contacts said to the company still counts."""

from .common import UsercomCase

EMAIL = "jan@example.org"


class TestAccountAnew(UsercomCase):
    def another_account(self):
        self.backend.unlink()
        self.env.invalidate_all()
        self.backend = self.account(self.env.company)

    def refuse(self, **values):
        """A contact that has refused, and whose user says "yes" when the new account meets it."""
        contact = self.synced(email=EMAIL, x_email_consent=True)
        contact.write({"x_email_consent": False, **values})
        self.drain()
        user_id = self.binding(contact).external_id
        self.another_account()
        self.simulator.patch_user(user_id, email_consent=True, unsubscribed=False)
        return contact, user_id

    def user(self, user_id):
        user = self.simulator.user(user_id)
        return user["attributes"]["email_consent"], user["unsubscribed"]

    def test_a_no_is_kept_when_user_com_tells_of_a_yes(self):
        contact, user_id = self.refuse()
        self.receive(id=user_id)
        self.drain()
        self.assertFalse(contact.x_email_consent)
        self.assertIs(self.user(user_id)[0], False)

    def test_a_no_is_kept_when_the_contact_is_edited_first(self):
        contact, user_id = self.refuse()
        contact.phone = "600100200"
        self.drain()
        self.assertFalse(contact.x_email_consent)
        self.assertIs(self.user(user_id)[0], False)

    def test_so_is_being_on_the_blacklist(self):
        contact, user_id = self.refuse(usercom_unsubscribed=True)
        self.receive(id=user_id)
        self.drain()
        self.assertTrue(contact.usercom_unsubscribed)
        self.assertEqual(self.user(user_id), (False, True))

    def test_a_no_that_the_field_shows_no_more_is_shown_again(self):
        """The field was ticked while there was no account to note it."""
        contact = self.synced(email=EMAIL, x_email_consent=True)
        contact.x_email_consent = False
        self.drain()
        self.backend.unlink()
        contact.x_email_consent = True
        self.backend = self.account(self.env.company)
        self.assertFalse(contact.x_email_consent)

    def test_a_yes_is_still_one(self):
        contact = self.synced(email=EMAIL, x_email_consent=True)
        user_id = self.binding(contact).external_id
        self.another_account()
        self.simulator.patch_user(user_id, email_consent=None)
        contact.phone = "600100200"
        self.drain()
        self.assertIs(self.user(user_id)[0], True)
