"""The initial sync: previewed, then run, against a real simulator."""

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from .common_sync import SyncCase


class TestPreview(SyncCase):
    def test_it_writes_to_neither_side(self):
        contact = self.quietly(email="jan@example.org", phone="111111111")
        self.person(email="jan@example.org", phone_number="222222222")
        self.person(email="anna@example.org")
        self.simulator.clear_journal()
        self.previewed()
        self.assertFalse(self.writes())
        self.assertEqual(contact.phone, "111111111")
        self.assertFalse(contact.usercom_binding_ids)
        self.assertFalse(self.found("anna@example.org"))
        self.assertFalse(self.waiting(contact))

    def test_it_counts_who_goes_together_and_how(self):
        linked = self.synced(email="linked@example.org")
        self.quietly(email="jan@example.org")
        self.quietly(email="odoo@example.org")
        self.quietly(email="twin@example.org")
        self.quietly(email="twin@example.org")
        self.person(email="Jan@Example.org")
        self.person(email="twin@example.org")
        self.person(email="anna@example.org")
        self.simulator.seed({})  # a visitor nobody knows anything of
        sync = self.previewed()
        counts = {
            kind: sync[f"{kind}_count"]
            for kind in ("linked", "matched", "new_here", "new_there", "ambiguous")
        }
        self.assertEqual(
            counts, {"linked": 1, "matched": 1, "new_here": 1, "new_there": 1, "ambiguous": 3}
        )
        self.assertEqual(self.line(sync, partner_id=linked).matched_by, "link")
        self.assertEqual(self.line(sync, label="Jan@Example.org").matched_by, "email")
        self.assertIn("Several contacts", self.line(sync, label="twin@example.org").problems)

    def test_two_users_of_one_contact_and_two_contacts_of_one_address_are_ambiguous(self):
        self.quietly(email="jan@example.org")
        for _twin in range(2):
            self.person(email="jan@example.org")
            self.quietly(email="odoo@example.org")
        sync = self.previewed()
        self.assertEqual(
            (sync.matched_count, sync.new_there_count, sync.ambiguous_count), (1, 1, 2)
        )

    def test_what_differs_is_counted_for_each_field(self):
        for name in ("jan", "ola"):
            self.quietly(name=name, email=f"{name}@example.org", phone="111111111")
            self.person(email=f"{name}@example.org", phone_number="222222222", first_name=name)
        sync = self.previewed()
        choice = sync.field_ids.filtered(lambda c: c.mapping_id.field_name == "phone")
        self.assertEqual(choice.conflict_count, 2)
        self.assertEqual(sync.conflict_count, 2)
        self.assertIn("Phone: 111111111 ≠ 222222222", sync.line_ids[0].details)

    def test_values_that_cannot_go_are_found(self):
        long = self.quietly(name="Jan " + "K" * 41, email="jan@example.org")
        sync = self.previewed()
        self.assertIn("longer than 40", self.line(sync, partner_id=long).problems)
        self.assertEqual(sync.problem_count, 1)

    def test_only_chosen_contacts_are_among_them(self):
        inside = self.quietly(email="in@example.org", phone="111111111")
        outside = self.quietly(email="out@example.org")
        self.person(email="out@example.org")
        sync = self.previewed(domain="[('phone', '!=', False)]")
        self.assertEqual(self.line(sync, partner_id=inside).kind, "new_there")
        self.assertEqual(self.line(sync, partner_id=outside).kind, "left_out")

    def test_it_tells_what_a_run_takes(self):
        for number in range(3):
            self.quietly(email=f"n{number}@example.org")
        sync = self.previewed()
        self.assertIn("3 calls", sync.cost)  # a page, a file, a page to read it back
        self.assertIn("7 calls", sync.api_cost)

    def test_an_account_that_does_not_run_yet_is_previewed_and_not_run(self):
        self.backend.state = "authenticated"
        self.person(email="anna@example.org")
        sync = self.previewed()
        self.assertEqual(sync.new_here_count, 1)
        with self.assertRaisesRegex(UserError, "Save and Run"):
            sync.action_run()

    def test_a_long_list_is_read_page_by_page(self):
        self.simulator.seed(count=250)
        self.simulator.settings(final_next_404=True)
        sync = self.previewed()
        self.assertEqual(sync.new_here_count, 250)
        self.assertEqual(self.calls("GET").count("GET /users/"), 4)

    def test_an_outage_is_told_and_gone_on_after(self):
        self.simulator.seed(count=250)
        self.simulator.fault(kind="status", status=503, path="/users/", skip=1)
        sync = self.sync()
        sync.action_preview()
        self.drain()
        self.assertEqual(sync.state, "previewing")
        self.assertIn("User.com has a problem", sync.error)
        self.simulator.clear_faults()
        self.drain()
        self.assertEqual((sync.state, sync.new_here_count), ("ready", 250))

    def test_there_is_one_at_a_time(self):
        self.sync()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.sync()

    def test_a_filter_that_is_none_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "cannot be used"):
            self.sync(domain="[('no_such', '=', 1)]")

    def test_choices_can_be_changed_after_it(self):
        self.person(email="anna@example.org")
        sync = self.previewed()
        sync.action_change()
        self.assertEqual((sync.state, len(sync.line_ids)), ("draft", 0))


class TestDirections(SyncCase):
    def setUp(self):
        super().setUp()
        self.odoo_only = self.quietly(name="Olga Nowak", email="odoo@example.org")
        self.there_only = self.person(email="anna@example.org", first_name="Anna")

    def at_user_com(self):
        return {user["email"] for user in self.simulator.users()}

    def assert_counted(self, **sync_values):
        self.ran("both", **sync_values)
        self.env.cr.flush()
        rows = self.env["usercom.statistic"].search([("kind", "!=", "calls")])
        self.assertEqual({row.kind: row.rows for row in rows}, {"sent": 1, "received": 1})

    def test_whom_it_brought_is_counted(self):
        self.assert_counted(use_csv=False)

    def test_whom_a_file_brought_is_counted_too(self):
        self.assert_counted(use_csv=True)

    def test_both_ways(self):
        for use_csv in (True, False):
            with self.subTest(use_csv=use_csv):
                sync = self.ran("both", use_csv=use_csv)
                self.assertEqual(self.at_user_com(), {"odoo@example.org", "anna@example.org"})
                self.assertTrue(self.found("anna@example.org"))
                self.assertEqual(set(sync.line_ids.mapped("result")), {"done"})
                self.assertEqual(self.odoo_only.usercom_state, "synced")

    def test_to_user_com_creates_nobody_in_odoo(self):
        sync = self.ran("export")
        self.assertEqual(self.at_user_com(), {"odoo@example.org", "anna@example.org"})
        self.assertFalse(self.found("anna@example.org"))
        self.assertEqual(self.line(sync, label="anna@example.org").result, "skipped")

    def test_to_odoo_creates_nobody_at_user_com(self):
        self.simulator.clear_journal()
        sync = self.ran("import")
        self.assertFalse(self.writes())
        self.assertTrue(self.found("anna@example.org"))
        self.assertEqual(self.line(sync, partner_id=self.odoo_only).result, "skipped")

    def test_new_people_are_met_as_the_account_has_chosen(self):
        self.backend.new_user_policy = "link"
        self.ran("both")
        self.assertFalse(self.found("anna@example.org"))

    def test_a_second_run_changes_nothing(self):
        self.ran("both")
        self.simulator.clear_journal()
        self.ran("both")
        self.assertFalse(self.writes())

    def test_who_is_left_out_stays_as_is(self):
        contact = self.quietly(email="out@example.org", phone="111111111", ref="out")
        user = self.person(email="out@example.org", phone_number="222222222")
        self.ran("both", domain="[('ref', '=', False)]")
        self.assertFalse(contact.usercom_binding_ids)
        self.assertEqual(contact.phone, "111111111")
        self.assertEqual(self.simulator.user(user)["phone_number"], "222222222")
        self.assertEqual(len(self.found("out@example.org")), 1)


class TestFirstContact(SyncCase):
    def both(self, **values):
        self.there = self.person(
            email="jan@example.org", phone_number="222222222", first_name="Jan", **values
        )
        return self.quietly(name="Jan", email="jan@example.org", phone="111111111")

    def phones(self, contact):
        return contact.phone, self.simulator.user(self.there)["phone_number"]

    def test_the_choice_of_the_field_counts(self):
        for winner, phone in (("odoo", "111111111"), ("usercom", "222222222")):
            with self.subTest(winner=winner):
                self._fresh_simulator()
                self.found("jan@example.org").unlink()
                self.env["usercom.tombstone"].search([]).unlink()
                contact = self.both()
                sync = self.previewed()
                sync.field_ids.winner = winner
                self.run_to_end(sync)
                self.assertEqual(self.phones(contact), (phone, phone))

    def test_values_go_only_the_chosen_way(self):
        contact = self.both(city="Kraków")
        self.pair(self.backend, "city", "city")
        self.ran("export")
        self.assertEqual(self.phones(contact), ("111111111", "111111111"))
        self.assertFalse(contact.city)

    def test_values_come_only_the_chosen_way(self):
        contact = self.both()
        self.pair(self.backend, "city", "city")
        contact.city = "Kraków"
        self.env.cr.flush()
        self.waiting(contact).unlink()
        self.ran("import")
        self.assertEqual(self.phones(contact), ("222222222", "222222222"))
        self.assertFalse(self.simulator.user(self.there)["city"])

    def test_an_empty_value_never_overwrites(self):
        contact = self.both(city="Kraków")
        self.pair(self.backend, "city", "city")
        self.ran("both")
        self.assertEqual(contact.city, "Kraków")
        self.assertEqual(self.simulator.user(self.there)["city"], "Kraków")

    def test_a_withdrawal_wins_whichever_side_and_way(self):
        for direction in ("export", "import", "both"):
            for there in (True, False):
                with self.subTest(direction=direction, there=there):
                    self._fresh_simulator()
                    self.found("jan@example.org").unlink()
                    self.env["usercom.tombstone"].search([]).unlink()
                    contact = self.both(email_consent=there)
                    contact.x_email_consent = True
                    contact.x_email_consent = not there
                    self.env.cr.flush()
                    self.waiting(contact).unlink()
                    self.ran(direction)
                    self.assertFalse(contact.x_email_consent)
                    self.assertIs(
                        self.simulator.user(self.there)["attributes"]["email_consent"], False
                    )

    def left_apart(self, direction="both"):
        contact = self.both(email_consent=False)
        contact.x_email_consent = True
        self.env.cr.flush()
        self.waiting(contact).unlink()
        sync = self.previewed(direction)
        sync.field_ids.winner = "skip"
        self.run_to_end(sync)
        return contact

    def conflict(self, contact):
        return self.env["usercom.conflict"].search(
            [("partner_id", "=", contact.id), ("mapping_id.field_name", "=", "phone")]
        )

    def test_values_left_as_they_are_stay_so_whatever_else_travels(self):
        for direction in ("both", "export", "import"):
            with self.subTest(direction=direction):
                self._fresh_simulator()
                self.found("jan@example.org").unlink()
                self.env["usercom.tombstone"].search([]).unlink()
                contact = self.left_apart(direction)
                self.pair(self.backend, "city", "city")
                contact.city = "Kraków"
                self.drain()
                self.simulator.patch_user(self.there, first_name="Janusz")
                self.receive(id=self.there)
                self.backend.mapping_ids.filtered(lambda m: m.field_name == "city").unlink()
                self.assertEqual(self.phones(contact), ("111111111", "222222222"))
                self.assertEqual(self.simulator.user(self.there)["city"], "Kraków")
                self.assertEqual(contact.name, "Janusz")
                conflict = self.conflict(contact)
                self.assertEqual((conflict.winner, conflict.state), ("none", "open"))
                self.assertEqual((conflict.odoo, conflict.usercom), ("111111111", "222222222"))

    def test_a_withdrawal_wins_where_values_are_left(self):
        contact = self.left_apart()
        self.assertFalse(contact.x_email_consent)

    def test_a_later_change_of_a_value_that_was_left_travels(self):
        contact = self.left_apart()
        contact.phone = "333333333"
        self.drain()
        self.assertEqual(self.phones(contact), ("333333333", "333333333"))
        self.simulator.patch_user(self.there, phone_number="222222222")
        self.receive(id=self.there)
        self.assertEqual(self.phones(contact), ("222222222", "222222222"))

    def test_what_was_left_is_settled_by_hand(self):
        for side, phone in (("odoo", "111111111"), ("usercom", "222222222")):
            with self.subTest(side=side):
                self._fresh_simulator()
                self.found("jan@example.org").unlink()
                self.env["usercom.tombstone"].search([]).unlink()
                contact = self.left_apart()
                getattr(self.conflict(contact), f"action_keep_{side}")()
                self.drain()
                self.assertEqual(self.phones(contact), (phone, phone))
                self.assertEqual(self.conflict(contact).state, "settled")

    def test_a_side_that_is_not_written_to_cannot_win(self):
        contact = self.both()
        sync = self.previewed("export")
        self.assertEqual(set(sync.field_ids.mapped("winner")), {"odoo"})
        sync.field_ids.winner = "usercom"
        self.run_to_end(sync)
        self.assertEqual(self.phones(contact), ("111111111", "222222222"))
        self.assertTrue(self.conflict(contact))

    def test_a_linked_contact_is_merged_by_its_mapping(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number="222222222")
        self.ran("export")
        self.assertEqual(contact.phone, "222222222")
