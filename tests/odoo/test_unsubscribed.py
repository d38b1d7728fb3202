"""User.com's "unsubscribed" and Odoo's e-mail blacklist say the same."""

from odoo.tests import new_test_user

from .common_consents import BlacklistCase


class TestUnsubscribed(BlacklistCase):
    def test_an_unsubscribed_user_is_put_on_the_blacklist(self):
        contact = self.synced(email="jan@example.org")
        self.receive(contact, unsubscribed=True)
        self.assertTrue(self.blocked())
        self.assertEqual(self.log(contact, "unsubscribed"), [("unset", "no", "webhook")])

    def test_a_refusal_of_e_mail_is_told_in_words(self):
        contact = self.synced(email="jan@example.org")
        self.receive(contact, unsubscribed=True)
        said = contact.usercom_consent_log_ids.filtered(lambda row: row.consent == "unsubscribed")
        self.assertEqual(said.display_name, "E-mail consent: withdrawn")
        user = new_test_user(self.env, "reader", "usercom_connector.group_usercom_user")
        self.assertEqual(said.with_user(user).consent_label, "E-mail consent")

    def test_who_comes_back_by_an_explicit_act_leaves_the_blacklist(self):
        contact = self.synced(email="jan@example.org")
        self.receive(contact, unsubscribed=True)
        self.receive(contact, unsubscribed=False)
        self.assertFalse(self.blocked())

    def test_not_being_unsubscribed_says_nothing(self):
        contact = self.synced(email="jan@example.org")
        self.receive(contact, phone_number="+48 1")
        self.assertEqual(self.log(contact, "unsubscribed"), [])
        self.blacklist._add("jan@example.org")
        self.receive(contact, phone_number="+48 2")
        self.assertTrue(self.unsubscribed(contact))
        self.assertTrue(self.blocked())

    def test_a_new_user_says_nothing_by_not_being_unsubscribed(self):
        user_id = self.simulator.seed({"email": "anna@example.org"})["ids"][0]
        self.call(user_id)
        self.drain()
        contact = self.found("anna@example.org")
        self.assertTrue(contact)
        self.assertEqual(self.log(contact, "unsubscribed"), [])

    def test_every_way_on_and_off_the_blacklist_travels(self):
        contact = self.synced(email="jan@example.org")
        entry = self.blacklist._add("jan@example.org")
        ways = (
            (entry.action_archive, False),
            (entry.action_unarchive, True),
            (lambda: self.blacklist._remove("jan@example.org"), False),
            (lambda: self.blacklist.create({"email": "Jan@example.org"}).action_unarchive(), True),
            (lambda: entry.write({"email": "other@example.org"}), False),
            (lambda: entry.write({"email": "jan@example.org"}), True),
            (entry.unlink, False),
        )
        self.assertIs(self.unsubscribed(contact), True)
        for way, expected in ways:
            way()
            self.assertIs(self.unsubscribed(contact), expected)

    def test_who_was_on_the_blacklist_before_is_unsubscribed_there(self):
        self.blacklist._add("jan@example.org")
        self.assertIs(self.unsubscribed(self.synced(email="jan@example.org")), True)

    def test_who_once_left_the_blacklist_is_put_on_it_again(self):
        contact = self.synced(email="jan@example.org").with_context(active_test=False)
        self.blacklist._add("jan@example.org").action_archive()
        self.assertFalse(contact.usercom_unsubscribed)
        contact.usercom_unsubscribed = True
        self.assertTrue(self.blocked())

    def test_a_withdrawal_follows_the_person_to_a_new_address(self):
        contact = self.synced(email="jan@example.org")
        self.receive(contact, unsubscribed=True)
        contact.email = "new@example.org"
        self.assertTrue(self.blocked("new@example.org"))

    def test_one_unsubscribe_reaches_all_who_share_the_address(self):
        contact = self.synced(email="jan@example.org")
        wife = self.contact(name="Ewa", email="JAN@example.org")
        self.receive(contact, unsubscribed=True)
        self.assertTrue(wife.usercom_unsubscribed)
        self.assertEqual(self.log(wife, "unsubscribed")[-1][1], "no")

    def test_another_companys_contact_is_left_alone(self):
        self.pair_email_consent()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.contact(email="jan@example.org", x_email_consent=True, company_id=other.id)
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        contact.x_email_consent = False
        self.assertTrue(theirs.x_email_consent)
        self.assertEqual(self.log(theirs), [])

    def test_the_stricter_consent_counts_for_a_shared_address(self):
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        wife = self.contact(name="Ewa", email="jan@example.org", x_email_consent=True)
        wife.x_email_consent = False
        self.drain()
        self.assertFalse(contact.x_email_consent)
        self.assertIs(self.remote(contact)["attributes"]["email_consent"], False)

    def test_moving_to_an_address_where_somebody_refused_is_stricter_too(self):
        refused = self.synced(email="jan@example.org", x_email_consent=True)
        refused.x_email_consent = False
        other = self.contact(name="Ewa", email="ewa@example.org", x_email_consent=True)
        other.email = "jan@example.org"
        self.assertFalse(other.x_email_consent)
        third = self.contact(name="Ola", email="jan@example.org", x_email_consent=True)
        self.assertFalse(third.x_email_consent)

    def test_withdrawing_the_e_mail_consent_writes_both(self):
        self.pair_email_consent()
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        contact.x_email_consent = False
        self.assertTrue(self.blocked())
        self.assertIs(self.unsubscribed(contact), True)
        self.assertIs(self.remote(contact)["attributes"]["email_consent"], False)

    def test_the_blacklist_withdraws_the_e_mail_consent_and_leaving_it_does_not_give_it(self):
        self.pair_email_consent()
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        self.blacklist._add("jan@example.org")
        self.assertFalse(contact.x_email_consent)
        self.blacklist._remove("jan@example.org")
        self.assertFalse(contact.x_email_consent)
        contact.x_email_consent = True
        self.assertFalse(self.blocked())

    def test_the_policy_chooses_what_is_written(self):
        self.pair_email_consent()
        for policy, consent, unsubscribed in (
            ("both", False, True),
            ("consent", False, False),
            ("unsubscribed", True, True),
        ):
            with self.subTest(policy):
                self.backend.unsubscribe_policy = "both"
                contact = self.synced(email=f"{policy}@example.org", x_email_consent=True)
                self.backend.unsubscribe_policy = policy
                contact.x_email_consent = False
                self.assertIs(self.unsubscribed(contact), unsubscribed)
                user = self.remote(contact)
                self.assertIs(user["attributes"]["email_consent"], consent)
