"""With Email Marketing (`usercom_connector_mass_mailing`): lists that go with the blacklist.

Who opts out of a chosen one wants no e-mail, in User.com neither.
"""

from odoo.exceptions import ValidationError
from odoo.tests import Form, HttpCase, new_test_user

from odoo.addons.usercom_connector.services.consents.answers import EmailConsent

from .common_consents import ConsentCase

EMAIL = "jan@example.org"


class TestMailingLists(ConsentCase, HttpCase):
    """“News” is chosen on the account, “Other” is not."""

    def setUp(self):
        super().setUp()
        self.news, self.other = self.env["mailing.list"].create(
            [{"name": "News", "is_public": True}, {"name": "Other", "is_public": True}]
        )
        self.backend.opt_out_lists = "News"

    def member(self, email=EMAIL, **subscription):
        """Who is on both lists: ``(subscription to News, subscription to Other)``."""
        lists = [(0, 0, {"list_id": lst.id, **subscription}) for lst in (self.news, self.other)]
        member = self.env["mailing.contact"].create({"email": email, "subscription_ids": lists})
        return member.subscription_ids.sorted("list_id")

    def test_who_unsubscribes_on_the_public_page_is_unsubscribed_at_user_com(self):
        contact = self.synced(email=EMAIL)
        news, _other = self.member()
        answer = self.unsubscribe(news)
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(news.opt_out)
        self.assertIs(self.unsubscribed(contact), True)
        self.assertEqual(self.log(contact, "unsubscribed"), [("unset", "no", "odoo")])
        self.assertEqual(contact.usercom_consent_log_ids.user_id, self.env.ref("base.public_user"))

    def unsubscribe(self, subscription):
        """The mail program's one click on “unsubscribe” in a mailing to the list."""
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "Hello",
                "mailing_model_id": self.env["ir.model"]._get_id("mailing.list"),
                "contact_list_ids": [(6, 0, subscription.list_id.ids)],
            }
        )
        member = subscription.contact_id
        token = mailing._generate_mailing_recipient_token(member.id, member.email)
        keys = {"document_id": member.id, "email": member.email, "hash_token": token}
        self.env.flush_all()
        return self.url_open(f"/mailing/{mailing.id}/unsubscribe_oneclick", data=keys)

    def test_every_way_to_opt_out_counts(self):
        clerk = new_test_user(
            self.env, "clerk", "base.group_user,mass_mailing.group_mass_mailing_user"
        )
        for way in (
            lambda email: self.member(email, opt_out=True),
            lambda email: self.member(email)[0].with_user(clerk).write({"opt_out": True}),
            lambda email: self.member(email) and self.news._update_subscription_from_email(email),
        ):
            contact = self.synced(email=f"jan{way.__code__.co_firstlineno}@example.org")
            with self.subTest(contact.email):
                way(contact.email.upper())
                self.assertIs(self.unsubscribed(contact), True)

    def test_a_list_that_is_not_chosen_tells_nothing(self):
        contact = self.synced(email=EMAIL)
        self.member()[1].opt_out = True
        self.assertFalse(self.unsubscribed(contact))
        self.assertEqual(self.log(contact, "unsubscribed"), [])

    def test_opting_in_again_is_for_the_list_alone(self):
        contact = self.synced(email=EMAIL)
        news, _other = self.member()
        news.opt_out = True
        self.drain()
        news.opt_out = False
        self.assertIs(self.unsubscribed(contact), True)
        self.assertEqual(self.log(contact, "unsubscribed"), [("unset", "no", "odoo")])

    def test_it_withdraws_the_e_mail_consent(self):
        consent = self.backend.mapping_ids.filtered(lambda m: m.field_name == "x_email_consent")
        for has_blacklist in (True, False):
            with self.subTest(has_blacklist):
                contact = self.synced(email=f"{has_blacklist}@example.org", x_email_consent=True)
                self.backend.email_consent_id = consent
                if not has_blacklist:
                    EmailConsent(self.backend).blacklist.unlink()
                self.member(contact.email)[0].opt_out = True
                self.drain()
                self.assertFalse(contact.x_email_consent)
                self.assertIs(self.remote(contact)["attributes"]["email_consent"], False)
                self.assertEqual(self.log(contact)[-1], ("yes", "no", "odoo"))

    def test_who_opted_out_before_the_list_was_chosen_is_heeded_then(self):
        self.backend.opt_out_lists = False
        contact = self.synced(email=EMAIL)
        self.member(opt_out=True)
        self.assertFalse(self.unsubscribed(contact))
        self.backend.opt_out_lists = "News"
        self.assertIs(self.unsubscribed(contact), True)
        self.assertEqual(self.log(contact, "unsubscribed"), [("unset", "no", "mapping")])

    def test_who_is_put_on_the_blacklist_is_opted_out_of_them(self):
        news, other = self.member()
        contact = self.synced(email=EMAIL)
        self.receive(contact, unsubscribed=True)
        self.assertEqual((news.opt_out, other.opt_out), (True, False))

    def test_a_list_that_is_not_there_cannot_be_chosen(self):
        with self.assertRaisesRegex(ValidationError, "“Nws”"):
            self.backend.opt_out_lists = "News, Nws"

    def test_several_lists_are_chosen_in_the_settings(self):
        with Form(self.env["res.config.settings"]) as form:
            form.usercom_opt_out_lists = "News, Other"
        form.record.execute()
        self.assertEqual(self.backend.opt_out_lists, "News, Other")

    def test_who_says_no_after_the_address_did_has_said_so(self):
        self.backend.email_consent_id = self.backend.mapping_ids.filtered(
            lambda mapping: mapping.field_name == "x_email_consent"
        )
        jan = self.synced(email=EMAIL, x_email_consent=True)
        ewa = self.contact(name="Ewa", email=EMAIL, x_email_consent=True)
        jan.x_email_consent = False
        self.member(opt_out=True)
        said = [("unset", "no", "address"), ("no", "no", "odoo")]
        self.assertEqual(self.log(ewa, "unsubscribed"), said)
        jan.x_email_consent = True
        self.assertTrue(ewa.is_blacklisted)
