"""The e-mail blacklist in the consent log: who is on it, by whatever way, has said "no"."""

from odoo.addons.usercom_connector.services.consents.answers import EmailConsent

from .common_consents import BlacklistCase

ADDRESS = "jan@example.org"


class TestBlacklistLog(BlacklistCase):
    def file(self, **cells):
        """A new contact out of a file."""
        importing = self.env["res.partner"].with_context(import_file=True)
        result = importing.load(["name", *cells], [["Jan", *cells.values()]])
        self.assertFalse(result["messages"])
        return self.env["res.partner"].browse(result["ids"])

    def test_a_new_contact_that_wants_no_e_mail_has_said_so_once(self):
        for number, make in enumerate((self.contact, self.file)):
            email = f"jan{number}@example.org"
            contact = make(email=email, usercom_unsubscribed=["1", "True"][number])
            self.assertTrue(self.blocked(email))
            self.assertEqual(self.log(contact, "unsubscribed"), [("unset", "no", "odoo")])

    def test_who_was_on_the_blacklist_when_it_was_paired_has_said_no(self):
        EmailConsent(self.backend).blacklist.unlink()
        self.blacklist._add(ADDRESS)
        contact, other = self.contact(email=ADDRESS), self.contact(email="ewa@example.org")
        EmailConsent(self.backend).pair_unsubscribed()
        self.assertEqual(self.log(contact, "unsubscribed"), [("unset", "no", "mapping")])
        self.assertEqual(self.log(other, "unsubscribed"), [])

    def test_whose_address_was_on_the_blacklist_takes_the_no_along(self):
        self.blacklist._add(ADDRESS)
        entered, moved = self.contact(email=ADDRESS), self.contact(email="ewa@example.org")
        moved.email = ADDRESS
        for contact in entered + moved:
            self.assertEqual(self.log(contact, "unsubscribed"), [("unset", "no", "address")])
            contact.email = f"new{contact.id}@example.org"
            self.assertTrue(self.blocked(contact.email))

    def test_a_new_contact_takes_nobody_off_the_blacklist(self):
        self.pair_email_consent()
        self.blacklist._add(ADDRESS)
        for make in (self.contact, self.file):
            contact = make(email=ADDRESS, x_email_consent="True")
            self.assertTrue(self.blocked())
            self.assertFalse(contact.x_email_consent)

    def test_many_blocked_contacts_are_noted_in_as_many_queries_as_one(self):
        self.blacklist.create([{"email": f"c{n}@example.org"} for n in range(30)])
        self.queries(range(1))
        self.assertLessEqual(self.queries(range(2, 30)), self.queries(range(1, 2)) + 1)

    def queries(self, numbers):
        vals_list = [{"name": f"C{n}", "email": f"c{n}@example.org"} for n in numbers]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["res.partner"].create(vals_list)
        return self.env.cr.sql_log_count - before


class TestYesAndNoTogether(BlacklistCase):
    """The e-mail consent says yes, “Unsubscribed” says no."""

    def setUp(self):
        super().setUp()
        self.pair_email_consent()

    def check(self, contact):
        self.assertTrue(self.blocked())
        self.assertFalse(contact.x_email_consent)
        self.assertIs(self.unsubscribed(contact), True)
        self.assertIs(self.remote(contact)["attributes"]["email_consent"], False)
        self.assertEqual(self.log(contact, "unsubscribed")[-1][1], "no")

    def test_the_no_wins_for_a_linked_contact(self):
        contact = self.synced(email=ADDRESS)
        self.receive(contact, email_consent=True, unsubscribed=True)
        self.check(contact)

    def test_the_no_wins_for_a_new_person(self):
        seed = {"email": ADDRESS, "email_consent": True, "unsubscribed": True}
        self.call(self.simulator.seed(seed)["ids"][0])
        self.drain()
        self.check(self.found(ADDRESS))

    def test_the_no_wins_when_contacts_are_merged(self):
        kept = self.synced(email=ADDRESS, x_email_consent=True)
        lost = self.contact(email="twin@example.org", usercom_unsubscribed=True)
        mappings = self.backend.mapping_ids.filtered("is_consent")
        mappings.filtered(lambda m: m == self.backend.email_consent_id).sequence = 99
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([lost.id, kept.id], kept)
        self.check(kept)


class TestSharedAddress(BlacklistCase):
    def setUp(self):
        super().setUp()
        self.pair_email_consent()
        self.jan = self.synced(email=ADDRESS, x_email_consent=True)
        self.ewa = self.contact(name="Ewa", email=ADDRESS, x_email_consent=True)

    def test_one_persons_yes_takes_nobody_elses_no_back(self):
        self.ewa.x_email_consent = False
        self.jan.x_email_consent = True
        self.assertFalse(self.jan.x_email_consent)
        self.assertTrue(self.blocked())
        self.drain()
        self.assertIs(self.remote(self.jan)["attributes"]["email_consent"], False)

    def test_nor_a_no_that_only_the_blacklist_tells(self):
        self.blacklist._add(ADDRESS)
        self.jan.x_email_consent = True
        self.assertTrue(self.blocked())

    def test_who_said_no_for_the_address_can_take_it_back(self):
        self.jan.x_email_consent = False
        self.assertEqual(self.log(self.ewa)[-1], ("yes", "no", "address"))
        self.jan.x_email_consent = True
        self.assertTrue(self.jan.x_email_consent)
        self.assertFalse(self.blocked())
        self.assertFalse(self.ewa.x_email_consent)

    def test_all_of_the_address_may_say_yes_together(self):
        self.jan.x_email_consent = self.ewa.x_email_consent = False
        (self.jan + self.ewa).x_email_consent = True
        self.assertEqual((self.jan + self.ewa).mapped("x_email_consent"), [True, True])
        self.assertFalse(self.blocked())


class TestComingBack(BlacklistCase):
    """Somebody who shares the address comes back; another one has refused for herself."""

    def come_back(self, contact):
        for unsubscribed in (True, False, True, False):
            self.receive(contact, unsubscribed=unsubscribed)
            self.drain()

    def test_who_comes_back_takes_nobody_elses_no_back(self):
        jan = self.synced(email=ADDRESS)
        ewa = self.contact(name="Ewa", email=ADDRESS, usercom_unsubscribed=True)
        self.come_back(jan)
        self.assertTrue(self.blocked())
        self.assertEqual([new for _old, new, _by in self.log(ewa, "unsubscribed")], ["no"])
        self.assertIs(self.unsubscribed(jan), True)

    def test_nor_that_of_another_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        other = self.account(elsewhere, "elsewhere")
        EmailConsent(other).pair_unsubscribed()
        jan = self.synced(email=ADDRESS, company_id=self.env.company.id)
        ewa = self.contact(email=ADDRESS, company_id=elsewhere.id, usercom_unsubscribed=True)
        self.come_back(jan)
        self.assertTrue(self.blocked())
        self.assertEqual([new for _old, new, _by in self.log(ewa, "unsubscribed")], ["no"])

    def test_who_refused_only_by_the_address_comes_back_with_it(self):
        jan = self.synced(email=ADDRESS)
        ewa = self.contact(name="Ewa", email=ADDRESS)
        self.come_back(jan)
        self.assertFalse(self.blocked())
        self.assertFalse(ewa.usercom_unsubscribed)
