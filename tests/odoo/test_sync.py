"""The initial sync: previewed, then run, against a real simulator."""

from io import BytesIO
from unittest.mock import patch
from zipfile import ZipFile

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, new_test_user
from odoo.tools import mute_logger

from odoo.addons.usercom_connector.models import usercom_sync_csv, usercom_sync_run
from odoo.addons.usercom_connector.usercom import Client

from .common import UsercomCase


class SyncCase(UsercomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.partner_domain = "[('email', '=like', '%@example.org')]"

    def sync(self, direction="both", **values):
        return self.env["usercom.sync"].create({"direction": direction, **values})

    def previewed(self, direction="both", **values):
        sync = self.sync(direction, **values)
        sync.action_preview()
        self.drain()
        self.assertEqual((sync.state, sync.error), ("ready", False))
        return sync

    def run_to_end(self, sync):
        sync.action_run()
        for _attempt in range(3):
            self.drain()
            if sync.state == "done":
                return
        self.fail(f"{sync.state} {sync.step} {sync.error} {sync.line_ids.read()}")

    def ran(self, direction="both", **values):
        sync = self.previewed(direction, **values)
        self.run_to_end(sync)
        return sync

    def quietly(self, **values):
        """A contact that nobody has sent yet, as those are that were there before the addon."""
        contact = self.contact(**values)
        self.env.cr.flush()
        self.env["usercom.outbox"].search([("partner_id", "=", contact.id)]).unlink()
        return contact

    def line(self, sync, **keys):
        [(name, value)] = keys.items()
        value = value.id if name == "partner_id" else value
        return sync.line_ids.filtered_domain([(name, "=", value)])

    def writes(self):
        return [call for call in self.calls() if not call.startswith("GET")]


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
        self.assertIn("111111111 ≠ 222222222", sync.line_ids[0].details)

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
        self.assertIn("7 calls", sync.cost_singly)

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
        rows = self.env["usercom.statistic"].search([])
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
                    contact.employee = True
                    contact.employee = not there
                    self.env.cr.flush()
                    self.waiting(contact).unlink()
                    self.ran(direction)
                    self.assertFalse(contact.employee)
                    self.assertIs(
                        self.simulator.user(self.there)["attributes"]["email_consent"], False
                    )

    def left_apart(self, direction="both"):
        contact = self.both(email_consent=False)
        contact.employee = True
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
                self.told(id=self.there)
                self.backend.mapping_ids.filtered(lambda m: m.field_name == "city").unlink()
                self.assertEqual(self.phones(contact), ("111111111", "222222222"))
                self.assertEqual(self.simulator.user(self.there)["city"], "Kraków")
                self.assertEqual(contact.name, "Janusz")
                conflict = self.conflict(contact)
                self.assertEqual((conflict.winner, conflict.state), ("none", "open"))
                self.assertEqual((conflict.odoo, conflict.usercom), ("111111111", "222222222"))

    def test_a_withdrawal_wins_where_values_are_left(self):
        contact = self.left_apart()
        self.assertFalse(contact.employee)

    def test_a_later_change_of_a_value_that_was_left_travels(self):
        contact = self.left_apart()
        contact.phone = "333333333"
        self.drain()
        self.assertEqual(self.phones(contact), ("333333333", "333333333"))
        self.simulator.patch_user(self.there, phone_number="222222222")
        self.told(id=self.there)
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


class TestFile(SyncCase):
    def test_new_users_come_in_one_call_and_are_read_back(self):
        for number in range(30):
            self.quietly(name=f"Jan No{number}", email=f"n{number}@example.org", phone="1")
        sync = self.previewed()
        self.simulator.clear_journal()
        self.run_to_end(sync)
        self.assertEqual(self.calls("POST"), ["POST /users/import/"])
        self.assertEqual(len(self.calls("GET")), 2)
        self.assertEqual(len(self.simulator.users()), 30)
        self.assertEqual(set(sync.line_ids.mapped("result")), {"done"})
        self.assertEqual(set(sync.line_ids.partner_id.mapped("usercom_state")), {"synced"})
        contact = self.found("n7@example.org")
        self.assertEqual(self.remote(contact)["name"], "Jan No7")
        contact.phone = "2"
        self.simulator.clear_journal()
        self.drain()
        self.assertEqual(len(self.calls()), 1)  # both agree on all else

    def test_automations_are_off_unless_chosen(self):
        for chosen, fired in ((False, 0), (True, 1)):
            with self.subTest(chosen=chosen):
                self.simulator.automations({"trigger": "new_user", "url": "http://127.0.0.1:9/"})
                self.quietly(email=f"{chosen}@example.org".lower())
                self.ran(trigger_automations=chosen)
                self.simulator.quiet()
                self.assertEqual(len(self.simulator.journal(kind="outgoing")), fired)

    def test_it_gives_no_consent_that_nobody_gave(self):
        silent = self.quietly(email="silent@example.org")
        yes = self.quietly(email="yes@example.org", employee=True)
        no = self.quietly(email="no@example.org", employee=True)
        no.employee = False
        self.env["mail.blacklist"]._add("no@example.org")
        self.env.cr.flush()
        self.waiting(no).unlink()
        self.ran("export")
        consents = [
            self.remote(contact)["attributes"].get("email_consent") for contact in (silent, yes, no)
        ]
        self.assertEqual(consents, [None, True, False])
        self.assertTrue(self.remote(no)["unsubscribed"])
        self.assertFalse(self.remote(silent)["unsubscribed"])

    def test_rows_that_user_com_refuses_go_singly(self):
        good = self.quietly(email="good@example.org")
        bad = self.quietly(name="Jan Zły", email="bad@example.org", phone="x" * 70)
        mended = self.quietly(name="Ola", email="late@example.org", phone="222222222")
        self.simulator.settings(invalid_phone="reject")
        mended.phone = "no phone"
        self.env.cr.flush()
        self.waiting(mended).unlink()
        sync = self.ran("export")
        self.assertEqual(self.line(sync, partner_id=good).result, "done")
        self.assertEqual(self.line(sync, partner_id=mended).result, "failed")
        self.assertIn("valid phone number", self.line(sync, partner_id=mended).problems)
        self.assertEqual(self.line(sync, partner_id=bad).result, "failed")
        self.assertTrue(self.remote(bad))  # all but its phone number
        self.assertEqual(sync.failed_count, 2)

    def test_a_file_that_is_too_long_is_sent_in_parts(self):
        for number in range(30):
            self.quietly(email=f"n{number}@example.org")
        self.simulator.settings(import_limit=15)
        with (
            patch.object(usercom_sync_csv, "CHUNK", 40),
            patch.object(usercom_sync_csv, "LEAST", 5),
        ):
            self.ran("export")
        self.assertEqual(len(self.simulator.users()), 30)
        self.assertEqual(self.calls("POST"), ["POST /users/import/"] * 5)

    def test_an_import_in_the_background_is_waited_for(self):
        self.quietly(email="jan@example.org")
        self.simulator.settings(import_seconds=1)
        sync = self.previewed("export")
        sync.action_run()
        self.drain()
        self.assertEqual(sync.step, "verify")
        self.simulator.quiet(1)
        sync.next_at = False
        self.drain()
        self.assertEqual((sync.state, sync.done_count), ("done", 1))
        self.assertEqual(len(self.simulator.users()), 1)

    def test_a_lost_answer_doubles_nobody(self):
        for matches in (True, False):
            with self.subTest(import_matches_email=matches):
                self._fresh_simulator()
                self.simulator.settings(import_matches_email=matches)
                self.quietly(email=f"{matches}@example.org".lower())
                self.simulator.fault(kind="reset", apply=True, path="/users/import/", count=1)
                sync = self.ran("export")
                self.assertEqual(len(self.simulator.users()), 1)
                self.assertEqual(sync.done_count, 1)
                self.env["usercom.binding"].search([]).unlink()
                self.found(f"{matches}@example.org".lower()).unlink()

    def test_an_edit_during_an_import_waits_for_its_end(self):
        contact = self.quietly(email="jan@example.org", phone="111111111")
        self.simulator.settings(import_seconds=2)
        sync = self.previewed("export")
        sync.action_run()
        self.drain()
        contact.phone = "222222222"
        self.drain()
        self.assertNotIn("POST /users/", self.calls())
        self.simulator.quiet(2)
        sync.next_at = False
        self.drain()
        self.waiting(contact).next_attempt_at = False
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "222222222")
        self.assertEqual(len(self.simulator.users()), 1)


class TestHandling(SyncCase):
    def seed(self, count):
        users = [{"email": f"u{n}@example.org"} for n in range(count)]
        return self.simulator.seed(*users)["ids"]

    def created(self):
        return self.env["res.partner"].search_count([("email", "=like", "u%@example.org")])

    def stopping(self, sync, how):
        """Let somebody press a button once the first page has been taken in."""
        original = type(sync)._run_users

        def press(records, users):
            original(records, users)
            if records.calls_done < 1:
                getattr(records, how)()

        return patch.object(type(sync), "_run_users", press)

    def test_pause_and_resume(self):
        self.seed(250)
        sync = self.previewed("import")
        sync.action_run()
        with self.stopping(sync, "action_pause"):
            self.drain()
        self.assertEqual((sync.state, self.created()), ("paused", 100))
        self.assertTrue(0 < sync.progress < 100)
        self.assertTrue(sync.time_left)
        self.simulator.clear_journal()
        sync.action_resume()
        self.drain()
        self.assertEqual((sync.state, self.created()), ("done", 250))
        self.assertEqual(self.calls().count("GET /users/"), 2)

    def test_a_page_under_way_when_it_is_paused_is_not_taken_in(self):
        self.seed(5)
        sync = self.previewed("import")
        sync.action_run()
        original = Client.changed_page

        def pause_meanwhile(client, *bounds):
            sync.action_pause()
            self.env.cr.flush()
            return original(client, *bounds)

        with patch.object(Client, "changed_page", pause_meanwhile):
            self.drain()
        self.assertEqual((sync.state, self.created()), ("paused", 0))

    def test_cancel_keeps_what_is_done(self):
        self.seed(250)
        sync = self.previewed("import")
        sync.action_run()
        with self.stopping(sync, "action_cancel"):
            self.drain()
        self.drain()
        self.assertEqual((sync.state, self.created()), ("cancelled", 100))
        self.assertTrue(self.sync())  # another may begin

    def test_edits_go_first(self):
        for number in range(60):
            self.quietly(email=f"n{number}@example.org")
        edited = self.synced(email="edited@example.org")
        sync = self.previewed("export", use_csv=False)
        sync.action_run()
        original, refills = type(sync)._queue_some, []

        def edit(records):
            queued = original(records)
            refills.append(queued)
            if sum(refills) == usercom_sync_run.REFILL:
                records.env["res.partner"].browse(edited.id).phone = "222222222"
                records.env.cr.flush()
            return queued

        with patch.object(type(sync), "_queue_some", edit):
            self.drain()
        puts = [n for n, call in enumerate(self.calls()) if call.startswith("PUT")]
        posts = [n for n, call in enumerate(self.calls()) if call.startswith("POST")]
        self.assertEqual(len(posts), 60)
        self.assertLess(puts[0], posts[2 * usercom_sync_run.REFILL])

    def test_a_contact_that_fails_is_listed(self):
        contact = self.quietly(name="Jan " + "K" * 41, email="jan@example.org")
        sync = self.ran("export", use_csv=False)
        line = self.line(sync, partner_id=contact)
        self.assertEqual((line.result, sync.failed_count), ("failed", 1))
        self.assertIn("longer than 40", line.problems)

    def test_archived_since_the_preview_it_is_left_alone(self):
        contact = self.quietly(email="jan@example.org")
        sync = self.previewed("export")
        contact.active = False
        self.env.cr.flush()
        self.run_to_end(sync)
        self.assertFalse(self.simulator.users())

    def test_what_cannot_be_done_now_is_refused(self):
        sync = self.sync()
        for action in ("action_run", "action_pause", "action_resume", "action_change"):
            with self.assertRaisesRegex(UserError, "cannot be done now"):
                getattr(sync, action)()

    def test_lines_are_forgotten_with_the_log(self):
        self.person(email="anna@example.org")
        sync = self.ran("import")
        sync.ended_at = "2020-01-01"
        self.env["usercom.sync.line"]._gc_lines()
        self.assertFalse(sync.line_ids)


class TestSpreadsheet(SyncCase, HttpCase):
    def test_it_tells_of_everybody_and_holds_no_formula(self):
        self.person(email="=cmd@example.org", first_name="=1+1")
        self.quietly(name="@SUM(A1)", email="jan@example.org")
        sync = self.previewed()
        self.authenticate("admin", "admin")
        answer = self.url_open(f"/usercom/sync/{sync.id}")
        book = ZipFile(BytesIO(answer.content))
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        self.assertNotIn("<f>", sheet)
        self.assertEqual(sheet.count("<row "), 3)
        self.assertIn("@SUM(A1)", sheet)
        self.assertIn("=cmd@example.org", sheet)

    def test_others_do_not_get_it(self):
        sync = self.sync()
        new_test_user(self.env, "usercom_reader", "usercom_connector.group_usercom_user")
        self.authenticate("usercom_reader", "usercom_reader")
        with self.assertLogs("odoo.http", "WARNING"):
            self.assertEqual(self.url_open(f"/usercom/sync/{sync.id}").status_code, 403)
