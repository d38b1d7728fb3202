"""New people of User.com: whom they become in Odoo, and who does not come back."""

from .common import UsercomCase
from .common_lists import ListCase


class TestPeople(UsercomCase):
    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        cls.simulator.attribute("company", "string")
        cls.simulator.attribute("language", "string")

    def unsynced(self, **values):
        """A contact that User.com knows nothing of yet."""
        self.backend.state = "authenticated"
        contact = self.contact(**values)
        self.backend.state = "running"
        return contact

    def also_pair(self, *pairs):
        self.backend.action_fetch_attributes()
        for field, attribute in pairs:
            self.pair(self.backend, field, attribute)

    # ---- who is it? ----

    def test_a_key_written_by_hand_comes_before_the_e_mail(self):
        user_id = self.person()
        by_key = self.unsynced(email="other@example.org", usercom_key=str(user_id))
        self.unsynced(email="anna@example.org")
        self.receive(id=user_id)
        self.assertEqual(self.binding(by_key).external_id, user_id)

    def test_the_custom_id_comes_before_the_e_mail(self):
        self.backend.custom_id_policy = "database_id"
        by_id = self.unsynced(email="other@example.org")
        self.unsynced(email="anna@example.org")
        user_id = self.person(custom_id=str(by_id.id))
        self.receive(id=user_id)
        self.assertEqual(self.binding(by_id).external_id, user_id)

    def test_a_phone_number_in_any_spelling_finds_the_contact_where_allowed(self):
        self.env.company.country_id = self.env.ref("base.pl")
        contact = self.unsynced(phone="22 111 11 11")
        for allowed in (False, True):
            with self.subTest(allowed=allowed):
                self.backend.match_phone = allowed
                user_id = self.person(email=f"{allowed}@example.org", phone_number="+48221111111")
                self.receive(id=user_id)
                self.assertEqual(self.binding(contact).external_id == user_id, allowed)

    def test_a_contact_finds_its_user_by_the_international_number_where_allowed(self):
        self.env.company.country_id = self.env.ref("base.pl")
        for number, allowed in enumerate((False, True)):
            with self.subTest(allowed=allowed):
                self.backend.match_phone = allowed
                user_id = self.person(phone_number=f"+4822111111{number}")
                contact = self.synced(phone=f"22 111 11 1{number}")
                self.assertEqual(self.binding(contact).external_id == user_id, allowed)

    def test_a_user_without_a_phone_number_is_welcome_where_numbers_are_compared(self):
        self.backend.match_phone = True
        self.receive(id=self.person())
        self.assertTrue(self.found())

    def test_a_contact_that_is_another_user_already_is_named_and_kept(self):
        contact = self.synced(name="Anna Nowak", email="anna@example.org")
        known = self.binding(contact).external_id
        row = self.receive(id=self.person())
        self.assertEqual(row.state, "failed")
        for part in ("Anna Nowak", str(known)):
            self.assertIn(part, row.error)
        self.assertEqual(self.binding(contact).external_id, known)
        self.assertEqual(self.binding(contact).last_error, row.error)

    def test_a_user_with_a_new_id_takes_the_place_of_one_that_is_gone(self):
        contact = self.synced(email="anna@example.org")
        self.simulator.delete_user(self.binding(contact).external_id)
        contact.phone = "2"
        self.drain()
        user_id = self.person()
        self.receive(id=user_id)
        self.assertEqual(self.binding(contact).external_id, user_id)
        self.assertEqual(contact.usercom_key, str(user_id))

    def test_a_user_with_a_new_id_empties_nothing_that_the_one_that_is_gone_told(self):
        contact = self.synced(email="anna@example.org", phone="111111111")
        self.simulator.delete_user(self.binding(contact).external_id)
        contact.name = "Anna Lis"
        self.drain()
        self.receive(id=self.person())
        self.drain()
        self.assertEqual(contact.phone, "111111111")
        self.assertEqual(self.remote(contact)["phone_number"], "111111111")

    def test_two_new_users_with_one_e_mail_become_one_contact(self):
        twins = [self.person(), self.person()]
        for user_id in twins:
            self.put(id=user_id)
        self.drain()
        self.assertEqual(len(self.found()), 1)
        self.assertEqual(
            sorted(self.env["usercom.inbox"].search([]).mapped("state")), ["done", "failed"]
        )

    def test_an_archived_contact_is_linked_and_stays_archived(self):
        contact = self.unsynced(email="anna@example.org", active=False)
        user_id = self.person()
        self.receive(id=user_id)
        self.assertEqual(self.binding(contact).external_id, user_id)
        self.assertFalse(contact.active)
        self.assertFalse(self.found())

    def test_of_an_archived_and_an_active_contact_the_active_one_is_meant(self):
        self.unsynced(email="anna@example.org", active=False)
        active = self.unsynced(email="anna@example.org")
        user_id = self.person()
        self.receive(id=user_id)
        self.assertEqual(self.binding(active).external_id, user_id)

    def test_one_user_named_in_two_ways_at_once_is_one_contact(self):
        user_id = self.person()
        self.put(id=user_id)
        self.put(email="anna@example.org")
        self.put(custom_id="c-1")
        self.drain()
        self.assertEqual(len(self.found()), 1)

    def test_the_word_none_names_nobody(self):
        """Templates write it for an empty value: else all these would be one and the same user."""
        emails = [f"n{n}@example.org" for n in range(3)]
        for email in emails:
            self.person(email=email)
            self.put(id="None", custom_id="None", email=email)
        self.drain()
        self.assertEqual([len(self.found(email)) for email in emails], [1, 1, 1])

    # ---- what becomes of them? ----

    def test_only_link_links_and_creates_nobody(self):
        self.backend.new_user_policy = "link"
        contact = self.unsynced(email="anna@example.org")
        user_id = self.person()
        self.receive(id=user_id)
        self.assertEqual(self.binding(contact).external_id, user_id)
        self.receive(id=self.person(email="eva@example.org"))
        self.assertFalse(self.found("eva@example.org"))

    def test_ignore_does_not_even_link_whoever_has_the_address_of_a_contact(self):
        self.backend.new_user_policy = "ignore"
        contact = self.unsynced(email="anna@example.org", phone="600100200")
        user_id = self.person(phone_number="600999999")
        row = self.receive(id=user_id)
        self.assertIn("Ignored", row.error)
        self.assertFalse(self.binding(contact).external_id)
        self.assertEqual(contact.phone, "600100200")

    def test_ignored_people_are_linked_once_odoo_sends_their_contact(self):
        self.backend.new_user_policy = "ignore"
        contact = self.unsynced(email="anna@example.org")
        user_id = self.person()
        contact.phone = "600100200"
        self.drain()
        self.assertEqual(self.binding(contact).external_id, user_id)
        self.simulator.patch_user(user_id, phone_number="600999999")
        self.receive(id=user_id)
        self.assertEqual(contact.phone, "600999999")

    def test_who_is_linked_already_is_nobody_new(self):
        """User.com may have merged two users of one address: the person has another id since."""
        self.backend.new_user_policy = "ignore"
        contact = self.synced(email="anna@example.org")
        first = self.binding(contact).external_id
        second = self.person(email="other@example.org")
        self.simulator.delete_user(first)
        self.simulator.patch_user(second, email="anna@example.org")
        row = self.receive(id=second)
        self.assertNotIn("Ignored", row.error or "")

    def test_an_id_entered_by_hand_links_even_whoever_would_be_ignored(self):
        self.backend.new_user_policy = "ignore"
        user_id = self.person()
        contact = self.unsynced(usercom_key=str(user_id))
        self.receive(id=user_id)
        self.assertEqual(self.binding(contact).external_id, user_id)

    def test_a_new_contact_has_the_whole_name_though_only_a_part_is_mapped(self):
        first = self.backend.mapping_ids.filtered(lambda m: m._key() == "first_name")
        first.unlink()
        user_id = self.person(first_name="Anna", last_name="Nowak")
        self.receive(id=user_id)
        self.assertEqual(self.found().name, "Anna Nowak")
        self.assertEqual(self.calls("PUT"), [])

    def test_a_nameless_visitor_becomes_nobody(self):
        [user_id] = self.simulator.seed({"page_views": 3})["ids"]
        before = self.env["res.partner"].search_count([])
        self.assertEqual(self.receive(id=user_id).state, "done")
        self.assertEqual(self.env["res.partner"].search_count([]), before)

    def test_the_company_is_found_by_name_or_created(self):
        self.also_pair(("parent_id", "company"))
        acme = self.contact(name="Acme Ltd", is_company=True)
        self.receive(id=self.person(company="acme ltd"))
        self.assertEqual(self.found().parent_id, acme)
        self.receive(id=self.person(email="eva@example.org", company="Brand New"))
        created = self.found("eva@example.org").parent_id
        self.assertEqual((created.name, created.is_company), ("Brand New", True))

    def test_one_of_several_companies_of_a_name_is_not_guessed(self):
        self.also_pair(("parent_id", "company"))
        self.contact(name="Acme", is_company=True)
        self.contact(name="Acme", is_company=True)
        row = self.receive(id=self.person(company="Acme"))
        self.assertIn("Acme", row.error)
        self.assertFalse(self.found().parent_id)

    def test_country_state_and_language_by_code_or_name(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.also_pair(("state_id", "region"), ("country_id", "country"), ("lang", "language"))
        poland, us = self.env.ref("base.pl"), self.env.ref("base.us")
        for number, (country, region, language, expected) in enumerate(
            (
                ("PL", None, "pl", (poland, False, "pl_PL")),
                ("poland", None, "Polish", (poland, False, "pl_PL")),
                ("United States", "CA", "en-US", (us, "California", "en_US")),
                ("US", "california", "pl-PL", (us, "California", "pl_PL")),
            )
        ):
            with self.subTest(number):
                email = f"n{number}@example.org"
                values = {"country": country, "region": region, "language": language}
                self.receive(id=self.person(email=email, **values))
                found = self.found(email)
                self.assertEqual((found.country_id, found.state_id.name, found.lang), expected)

    def test_what_odoo_spells_otherwise_is_not_sent_back(self):
        self.also_pair(("country_id", "country"))
        user_id = self.person(country="Poland")
        self.receive(id=user_id)
        self.receive(id=user_id)
        self.assertEqual(self.found().country_id.code, "PL")
        self.assertEqual(self.simulator.user(user_id)["country"], "Poland")
        self.assertEqual(self.calls("PUT"), [])

    def test_a_language_odoo_does_not_have_is_told(self):
        self.also_pair(("lang", "language"))
        user_id = self.person(language="Klingon")
        row = self.receive(id=user_id)
        self.drain()
        for part in ("anna@example.org", "Language", "Klingon"):
            self.assertIn(part, row.error)
        self.assertTrue(self.found())
        self.assertEqual(self.simulator.user(user_id)["attributes"]["language"], "Klingon")

    # ---- who does not come back? ----

    def test_a_deleted_contact_does_not_come_back(self):
        contact = self.synced(email="anna@example.org")
        user_id = self.binding(contact).external_id
        contact.unlink()
        row = self.receive(id=user_id)
        self.assertEqual(row.state, "done")
        self.assertFalse(self.found())
        self.assertFalse(row.email or row.payload)


class TestCompanies(UsercomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.other = cls.account(cls.elsewhere, "elsewhere")

    def drain_both(self):
        self.drain()
        with self.enter_registry_test_mode():
            self.other.cron_id.method_direct_trigger()

    def test_a_shared_contact_is_not_doubled_by_a_second_account(self):
        user_id = self.person()
        for backend in (self.backend, self.other):
            self.put(backend, id=user_id)
        self.drain_both()
        self.assertEqual(len(self.found().usercom_binding_ids), 2)

    def test_a_call_never_touches_another_companys_contact(self):
        theirs = self.contact(email="anna@example.org", phone="1", company_id=self.elsewhere.id)
        user_id = self.person(phone_number="666666666")
        self.receive(id=user_id)
        self.assertEqual(theirs.phone, "1")
        self.assertEqual(len(self.found()), 2)

    def test_a_linked_contact_that_moved_to_another_company_is_left_alone(self):
        contact = self.synced(email="anna@example.org", phone="111111111")
        user_id = self.binding(contact).external_id
        contact.company_id = self.elsewhere
        self.simulator.patch_user(user_id, phone_number="666666666")
        self.receive(id=user_id)
        self.assertEqual(contact.phone, "111111111")
        self.assertEqual(len(self.found()), 1)

    def test_only_import_mappings_write(self):
        contact = self.synced(email="anna@example.org", phone="111111111")
        self.backend.mapping_ids.filtered(lambda m: m.field_name == "phone").direction = "export"
        user_id = self.binding(contact).external_id
        before = contact.read()[0]
        self.simulator.patch_user(user_id, phone_number="666666666", city="Łódź", score=7)
        self.receive(id=user_id)
        ours = {"usercom_binding_ids", "usercom_synced_at", "write_date", "message_ids"}
        after = contact.read()[0]
        changed = {name for name in before if before[name] != after[name]} - ours
        self.assertEqual(changed, set())


class TestTwoUsersOfOneContact(ListCase):
    """One user of a list has the contact's address, another one its number."""

    BY_ADDRESS = {"email": "jan@example.org"}
    BY_NUMBER = {"email": "shop@example.org", "phone_number": "+48600100200"}

    def listed(self, *people):
        self.backend.match_phone = True
        jan = self.unsent(email="jan@example.org", phone="+48 600 100 200")
        ids = {person["email"]: self.person(**person) for person in people}
        self.due("reconcile")
        self.drain()
        self.let_a_minute_pass()
        self.drain()
        return jan, ids

    def check(self, jan, ids):
        self.assertEqual(self.binding(jan).external_id, ids["jan@example.org"])
        row = self.env["usercom.inbox"].search([("external_id", "=", ids["shop@example.org"])])
        self.assertEqual((row.state, row.is_ambiguous), ("failed", True))
        self.assertFalse(self.found("shop@example.org"))

    def test_the_address_is_surer_and_the_other_user_is_told_to_a_person(self):
        self.check(*self.listed(self.BY_NUMBER, self.BY_ADDRESS))

    def test_so_it_is_the_other_way_round(self):
        self.check(*self.listed(self.BY_ADDRESS, self.BY_NUMBER))
