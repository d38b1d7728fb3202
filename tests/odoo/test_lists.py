"""Lists of users: a large backlog, what webhooks missed, and the full comparison."""

from datetime import timedelta
from unittest.mock import patch

from odoo.addons.usercom_connector.services.importer import Importer
from odoo.addons.usercom_connector.services.reconciliation import reconciliation
from odoo.addons.usercom_connector.usercom import User

from .common_lists import ListCase


class TestBacklog(ListCase):
    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(reconciliation, "BACKLOG", 5))

    def seed(self, count, **values):
        users = [
            {"email": f"n{n}@example.org", "first_name": "Anna", "last_name": f"No{n}", **values}
            for n in range(count)
        ]
        return self.simulator.seed(*users)["ids"]

    def test_many_waiting_users_are_read_in_pages(self):
        ids = self.seed(250)
        for user_id in ids:
            self.put(id=user_id)
        self.drain()
        self.assertEqual(len(self.calls("GET")), 3)
        self.assertEqual(len(self.contacts_of(*ids)), 250)
        rows = self.env["usercom.inbox"].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(set(rows.mapped("state")), {"done"})

    def test_few_waiting_users_are_read_one_by_one(self):
        ids = self.seed(5)
        for user_id in ids:
            self.put(id=user_id)
        self.drain()
        self.assertFalse(self.lists())
        self.assertEqual(len(self.contacts_of(*ids)), 5)

    def test_more_pages_than_waiting_users_are_not_read(self):
        self.simulator.settings(page_size=1)
        with patch.object(reconciliation, "PAGE_SIZE", 1):
            ids = self.seed(40)
            for user_id in ids[:6]:
                self.put(id=user_id)
            self.drain()
        self.assertEqual(len(self.lists()), 1)
        self.assertEqual(len(self.contacts_of(*ids)), 6)

    def test_users_the_pages_do_not_show_are_read_one_by_one(self):
        ids = self.seed(6, updated_at="2020-01-01T00:00:00Z")
        for user_id in ids:
            self.put(id=user_id)
        self.drain()
        self.assertEqual(len(self.contacts_of(*ids)), 6)
        self.assertLessEqual(len(self.lists()), 1)

    def test_people_nobody_asked_for_are_merged_if_linked_and_not_created(self):
        contact = self.synced(email="known@example.org", phone="111111111")
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number="222222222")
        stranger = self.person(email="stranger@example.org")
        for asked in self.seed(6):
            self.put(id=asked)
        self.drain()
        self.assertEqual(contact.phone, "222222222")
        self.assertFalse(self.contacts_of(stranger))

    def test_the_consent_log_has_the_time_of_the_last_call(self):
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, email_consent=None)
        for hour, values in ((7, {}), (8, {"email_consent": False})):
            at = f"2099-02-01T0{hour}:00:00Z"
            payload = {"timestamp": at, "extra": {"id": user_id, **values}}
            self.stored_call(payload)
        for asked in self.seed(6):
            self.put(id=asked)
        self.drain()
        self.assertTrue(self.lists())
        noted = contact.usercom_consent_log_ids[0]
        self.assertEqual((noted.new_value, str(noted.source_at)), ("no", "2099-02-01 08:00:00"))

    def test_an_e_mail_that_two_users_share_names_neither_of_them(self):
        """As where users are read one by one: nobody guesses which of them was meant."""
        twins = [self.person(email="twin@example.org") for _twin in range(2)]
        row = self.put(email="twin@example.org")
        for asked in self.seed(6):
            self.put(id=asked)
        self.drain()
        self.assertTrue(self.lists())
        self.assertEqual(row.state, "failed")
        for user_id in twins:
            self.assertIn(str(user_id), row.error)
        self.assertFalse(self.found("twin@example.org"))

    def test_a_page_of_many_takes_as_many_queries_as_one_of_few(self):
        def queries(first, count):
            people = [
                {"id": n, "email": f"n{n}@example.org", "name": f"Anna No{n}", "updated_at": None}
                for n in range(first, first + count)
            ]
            users = [User.from_json(person) for person in people]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Importer(self.backend).import_page(users)
            self.assertEqual(len(self.contacts_of(*(user.id for user in users))), count)
            return self.env.cr.sql_log_count - before

        queries(1000, 2)
        self.assertEqual(queries(2000, 50), queries(3000, 5))

    def test_one_user_in_the_way_does_not_stop_the_page(self):
        ids = self.seed(6)
        for user_id in ids:
            self.put(id=user_id)
        refused = type(self.env["res.partner"]).create

        def create(partners, vals_list):
            if any(vals.get("email") == "n3@example.org" for vals in vals_list):
                raise ValueError("another app says no to n3")
            return refused(partners, vals_list)

        with patch.object(type(self.env["res.partner"]), "create", create):
            self.drain()
        self.assertEqual(len(self.contacts_of(*ids)), 5)
        failed = self.env["usercom.inbox"].search([("state", "=", "failed")])
        self.assertEqual(failed.external_id, ids[3])
        self.assertIn("says no to n3", failed.error)


class TestReconciliation(ListCase):
    def test_what_it_brings_is_counted_as_received(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.person(email="anna@example.org")
        self.simulator.patch_user(self.binding(contact).external_id, phone_number="222222222")
        self.synced(email="known@example.org")
        self.due("reconcile")
        self.drain()
        self.env.cr.flush()
        received = self.env["usercom.statistic"].search([("kind", "=", "received")])
        self.assertEqual(sum(received.mapped("rows")), 2)

    def test_whom_a_list_brings_gets_no_message_of_it(self):
        """As with an import: who comes by a call does."""
        self.simulator.seed({"email": "listed@example.org"})
        self.due("reconcile")
        self.drain()
        self.receive(id=self.person(email="called@example.org"))
        self.assertFalse(self.found("listed@example.org").message_ids)
        self.assertTrue(self.found("called@example.org").message_ids)

    def test_what_the_webhook_missed_arrives(self):
        for path in ("users", "search", "both"):
            with self.subTest(path):
                self.simulator.settings(date_range_path=path)
                contact = self.synced(email=f"{path}@example.org", phone="111111111")
                user_id = self.binding(contact).external_id
                self.simulator.patch_user(user_id, phone_number="222222222")
                new = self.person(email=f"new-{path}@example.org")
                self.due("reconcile")
                self.drain()
                self.assertEqual(contact.phone, "222222222")
                self.assertTrue(self.contacts_of(new))

    def test_it_reads_only_what_is_due_and_new(self):
        self.person(updated_at="2020-01-01T00:00:00Z")
        self.drain()
        self.assertFalse(self.lists())
        self.due("reconcile")
        self.drain()
        self.assertEqual(len(self.lists()), 1)
        self.assertFalse(self.found())
        self.drain()
        self.assertEqual(len(self.lists()), 1)

    def test_the_next_one_begins_where_the_last_one_ended(self):
        self.due("reconcile")
        self.drain()
        first = self.sweep("reconcile")
        self.assertEqual(first.read_until, first.until)
        first.started_at -= timedelta(hours=2)
        self.drain()
        self.assertEqual(first.since, first.started_at and first.since)
        self.assertLessEqual(first.since, first.read_until)

    def test_a_run_cut_off_goes_on_with_the_next_page(self):
        self.simulator.settings(page_size=2)
        ids = self.simulator.seed(*({"email": f"n{n}@example.org"} for n in range(7)))["ids"]
        self.due("reconcile")
        self.simulator.fault(kind="status", status=502, path="/users/*", skip=2, count=1)
        self.drain()
        self.assertEqual(len(self.contacts_of(*ids)), 4)
        self.assertTrue(self.sweep("reconcile").is_open)
        self.simulator.clear_journal()
        self.drain()
        self.assertEqual(len(self.contacts_of(*ids)), 7)
        self.assertEqual(len(self.lists()), 2)
        self.assertFalse(self.sweep("reconcile").is_open)
        self.assertEqual(self.sweep("reconcile").read_until, self.sweep("reconcile").until)
        self.assertFalse(self.sweep("reconcile").error)

    def test_what_is_refused_half_way_was_not_read(self):
        self.simulator.settings(page_size=2)
        ids = self.simulator.seed(*({"email": f"n{n}@example.org"} for n in range(7)))["ids"]
        self.due("reconcile")
        sweep = self.sweep("reconcile")
        earlier = sweep.read_until
        self.simulator.fault(kind="status", status=400, path="/users/*", skip=2)
        self.drain()
        self.assertEqual((sweep.read_until, sweep.is_open), (earlier, False))
        self.assertIn("refused", sweep.error)
        self.simulator.clear_faults()
        sweep.started_at -= timedelta(hours=2)
        self.drain()
        self.assertEqual(len(self.contacts_of(*ids)), 7)

    def test_a_page_that_is_there_no_more_begins_the_list_again(self):
        ids = self.simulator.seed(*({"email": f"n{n}@example.org"} for n in range(3)))["ids"]
        self.due("reconcile")
        sweep, there = self.sweep("reconcile"), f"{self.simulator.url}/api/public/nowhere/"
        sweep.write({"is_open": True, "since": sweep.read_until, "next_page": there})
        self.drain()
        self.assertEqual(len(self.contacts_of(*ids)), 3)

    def test_a_last_page_that_leads_nowhere_ends_it(self):
        self.simulator.settings(final_next_404=True)
        self.person()
        self.due("reconcile")
        self.drain()
        self.assertFalse(self.sweep("reconcile").is_open)
        self.assertTrue(self.found())

    def test_what_nobody_asked_for_and_fails_is_told_once(self):
        self.synced(email="anna@example.org")
        user_id = self.person()
        for _time in range(2):
            self.due("reconcile")
            self.drain()
        row = self.env["usercom.inbox"].search([("external_id", "=", user_id)])
        self.assertEqual((len(row), row.state), (1, "failed"))

    def test_a_wrong_key_pauses(self):
        self.due("reconcile")
        self.simulator.settings(keys={"x" * 64: "read_write"})
        self.drain()
        self.assertEqual(self.backend.state, "paused")


class TestComparison(ListCase):
    def compared(self):
        """The differences that a full comparison finds: {kind: rows}."""
        self.due("compare")
        self.drain()
        return self.env["usercom.drift"].search([]).grouped("kind")

    def three(self):
        """A contact that differs, one whose user is gone, and a user without a contact."""
        differs = self.synced(name="Anna Nowak", email="anna@example.org", phone="111111111")
        gone = self.synced(name="Ewa Lis", email="ewa@example.org")
        self.simulator.patch_user(self.binding(differs).external_id, phone_number="222222222")
        self.simulator.delete_user(self.binding(gone).external_id)
        return differs, gone, self.person(email="stranger@example.org")

    def test_it_tells_what_is_on_one_side_only_and_what_differs(self):
        differs, gone, stranger = self.three()
        drift = self.compared()
        self.assertEqual(drift["different"].partner_id, differs)
        self.assertIn("222222222", drift["different"].details)
        self.assertIn(gone, drift["only_odoo"].partner_id)
        self.assertNotIn(differs, drift["only_odoo"].partner_id)
        self.assertEqual(drift["only_usercom"].external_id, stranger)
        self.assertEqual(differs.phone, "111111111")

    def test_who_never_said_anything_does_not_differ(self):
        """Not being unsubscribed is everybody's default at User.com."""
        self.synced(email="anna@example.org")
        self.assertFalse(self.compared().get("different"))

    def other_than(self, **values):
        """What differs of a contact whose user has changed these values, unheard."""
        contact = self.synced(name="Anna Nowak", email="anna@example.org", phone="111111111")
        contact.city = "Łódź"
        self.drain()
        self.simulator.patch_user(self.binding(contact).external_id, **values)
        return contact, self.compared().get("different") or self.env["usercom.drift"]

    def test_each_field_that_differs_has_a_row_with_its_label(self):
        self.pair(self.backend, "city", "city")
        contact, rows = self.other_than(
            first_name="Ewa", last_name="Lis", phone_number="222222222", city="Gdynia"
        )
        self.assertEqual(rows.partner_id, contact)
        self.assertEqual(
            sorted(rows.mapped("details")),
            [
                "City: Łódź ≠ Gdynia",
                "First name: Anna ≠ Ewa; Last name: Nowak ≠ Lis",
                "Phone: 111111111 ≠ 222222222",
            ],
        )

    def test_codes_and_consents_are_told_in_words(self):
        self.pair(self.backend, "country_id", "country")
        poland = self.env.ref("base.pl").id
        contact = self.synced(email="anna@example.org", country_id=poland, x_email_consent=True)
        there = {"country": "DE", "unsubscribed": True, "email_consent": False}
        self.simulator.patch_user(self.binding(contact).external_id, **there)
        self.assertEqual(
            sorted(self.compared()["different"].mapped("details")),
            [
                "Country: Poland ≠ Germany",
                "E-mail consent: - ≠ withdrawn",  # said nothing of the blacklist
                "E-mail consent: given ≠ withdrawn",
            ],
        )

    def test_one_field_is_repaired_and_the_others_stay(self):
        self.pair(self.backend, "city", "city")
        contact, rows = self.other_than(phone_number="222222222", city="Gdynia")
        city = rows.filtered(lambda row: row.mapping_id.field_name == "city")
        told = city.action_repair_in_usercom()["params"]
        self.assertEqual(told["message"], "Contacts to be sent to User.com: 1.")
        self.drain()
        user = self.remote(contact)
        self.assertEqual((user["city"], user["phone_number"]), ("Łódź", "222222222"))

    def test_a_field_that_is_only_sent_differs_where_odoos_value_is_not_there(self):
        self.pair(self.backend, "city", "city", direction="export")
        self.pair(self.backend, "zip", "region", direction="export")
        _contact, rows = self.other_than(city="Gdynia", region="its own")
        self.assertEqual(rows.mapped("details"), ["City: Łódź ≠ Gdynia"])

    def test_a_field_that_is_only_read_differs_where_user_coms_value_is_not_here(self):
        self.pair(self.backend, "city", "city", direction="import")
        _contact, rows = self.other_than()
        self.assertFalse(rows)
        [user] = self.simulator.users(email="anna@example.org")
        self.simulator.patch_user(user["id"], city="Gdynia")
        rows = self.compared()["different"]
        self.assertEqual(rows.mapped("details"), ["City: Łódź ≠ Gdynia"])

    def test_two_users_of_one_person_on_two_pages_are_told_to_a_person(self):
        self.simulator.settings(page_size=1)
        anna = self.contact(name="Anna Nowak", email="anna@example.org")
        first, second = self.person(), self.person()
        with patch.object(reconciliation, "BACKLOG", 1):
            self.put(email="anna@example.org")
            self.put(id=self.person(email="ewa@example.org"))
            self.drain()
        known = self.binding(anna).external_id
        self.assertIn(known, (first, second))
        other = first + second - known
        about = [("external_id", "=", other), ("state", "=", "failed")]
        self.env["usercom.inbox"].search(about).unlink()
        for _week in range(2):
            self.compared()
            self.let_a_minute_pass()
            self.drain()
        row = self.env["usercom.inbox"].search(about)
        self.assertEqual((len(row), row.is_ambiguous), (1, True))
        for part in ("Anna Nowak", str(known), str(other)):
            self.assertIn(part, row.error)

    def test_repair_makes_odoo_like_user_com(self):
        differs, _gone, stranger = self.three()
        drift = self.compared()
        (drift["different"] + drift["only_usercom"]).action_repair_in_odoo()
        self.drain()
        self.assertEqual(differs.phone, "222222222")
        self.assertTrue(self.contacts_of(stranger))

    def test_repair_makes_user_com_like_odoo(self):
        differs, gone, _stranger = self.three()
        drift = self.compared()
        theirs = drift["only_odoo"].filtered(lambda row: row.partner_id == gone)
        (drift["different"] + theirs).action_repair_in_usercom()
        self.drain()
        self.assertEqual(self.remote(differs)["phone_number"], "111111111")
        self.assertEqual(len(self.simulator.users(email="ewa@example.org")), 1)

    def test_repair_removes_nobody(self):
        self.three()
        drift = self.compared()
        with self.assertRaisesRegex(Exception, "Archive"):
            drift["only_odoo"].action_repair_in_odoo()
        with self.assertRaisesRegex(Exception, "Delete"):
            drift["only_usercom"].action_repair_in_usercom()

    def test_repair_does_not_overrule_a_withdrawn_consent(self):
        contact = self.synced(email="anna@example.org", x_email_consent=True)
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, email_consent=False)
        self.compared()["different"].action_repair_in_usercom()
        self.drain()
        self.assertIs(self.simulator.user(user_id)["attributes"]["email_consent"], False)
