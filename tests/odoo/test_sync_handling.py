"""Pausing, cancelling and reading an initial sync, against a real simulator."""

from io import BytesIO
from unittest.mock import patch
from zipfile import ZipFile

from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user

from odoo.addons.usercom_connector.services.initial_sync import InitialSync, sending
from odoo.addons.usercom_connector.services.initial_sync.report import SyncReport
from odoo.addons.usercom_connector.usercom import Client, spreadsheet
from odoo.addons.usercom_connector.usercom.jobs import PagePrefetcher

from .common_sync import SyncCase


class TestHandling(SyncCase):
    def seed(self, count):
        users = [{"email": f"u{n}@example.org"} for n in range(count)]
        return self.simulator.seed(*users)["ids"]

    def created(self):
        return self.env["res.partner"].search_count([("email", "=like", "u%@example.org")])

    def stopping(self, sync, how):
        """Let somebody press a button while the first page is stored."""

        def press(backend, _partners):
            pressed = sync.with_env(backend.env)
            if pressed.calls_done < 1:
                getattr(pressed, how)()

        return patch.object(type(self.backend), "_after_pull", press)

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

    def test_a_page_under_way_when_the_preview_begins_anew_is_not_its_first(self):
        self.seed(350)
        sync = self.sync("import")
        sync.action_preview()
        original, pressed = PagePrefetcher.page, []

        def begin_anew_meanwhile(prefetcher, *which):
            page = original(prefetcher, *which)
            sync.invalidate_recordset()  # the drain has its own cache
            if sync.page_count == 1 and not pressed:
                pressed.append(True)
                sync.action_change()
                sync.action_preview()
                self.env.cr.flush()
            return page

        with patch.object(PagePrefetcher, "page", begin_anew_meanwhile):
            self.drain()
        self.assertTrue(pressed)
        self.drain()
        self.assertEqual((sync.state, sync.new_here_count, sync.page_count), ("ready", 350, 4))

    def test_cancel_keeps_what_is_done(self):
        self.seed(250)
        sync = self.previewed("import")
        sync.action_run()
        with self.stopping(sync, "action_cancel"):
            self.drain()
        self.drain()
        self.assertEqual((sync.state, self.created()), ("cancelled", 100))
        self.assertTrue(self.sync())  # another may begin

    def test_who_was_in_the_outbox_when_it_stopped_is_counted(self):
        for how in ("action_pause", "action_cancel"):
            with self.subTest(how=how):
                contact = self.quietly(email=f"{how}@example.org")
                sync = self.previewed("export", use_csv=False)
                sync.action_run()
                sync.write({"step": "send"})
                InitialSync(self.backend).queue_some()
                getattr(sync, how)()
                self.drain()
                self.assertTrue(self.remote(contact))
                self.drain()
                self.assertEqual(self.line(sync, partner_id=contact).result, "done")
                sync.state = "cancelled"

    def test_edits_go_first(self):
        for number in range(60):
            self.quietly(email=f"n{number}@example.org")
        edited = self.synced(email="edited@example.org")
        sync = self.previewed("export", use_csv=False)
        sync.action_run()

        def edit(backend, _partners):
            if edited.phone != "222222222":
                backend.env["res.partner"].browse(edited.id).phone = "222222222"

        with patch.object(type(self.backend), "_after_push", edit):
            self.drain()
        puts = [n for n, call in enumerate(self.calls()) if call.startswith("PUT")]
        posts = [n for n, call in enumerate(self.calls()) if call.startswith("POST")]
        self.assertEqual(len(posts), 60)
        self.assertLess(puts[0], posts[2 * sending.REFILL])

    def test_those_who_are_tried_again_later_hold_up_nobody(self):
        for number in range(30):
            self.quietly(email=f"n{number:02}@example.org")
        self.simulator.fault(status=500, method="POST", count=sending.REFILL)
        self.ran("export", use_csv=False)
        posts = self.simulator.journal(kind="request", method="POST")
        first_tried = {post["body"]["email"] for post in posts[:30]}
        self.assertEqual(len(first_tried), 30)

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

    def test_it_is_cancelled_before_it_is_deleted(self):
        sync = self.previewed()
        sync.action_run()
        sync.action_pause()
        with self.assertRaisesRegex(UserError, "Cancel the initial sync"):
            sync.unlink()
        sync.action_cancel()
        sync.unlink()
        self.assertFalse(sync.exists())

    def test_lines_are_forgotten_with_the_log(self):
        self.person(email="anna@example.org")
        sync = self.ran("import")
        sync.ended_at = "2020-01-01"
        self.env["usercom.sync.line"]._gc_lines()
        self.assertFalse(sync.line_ids)

    def test_a_transaction_forgets_no_more_than_a_batch(self):
        Line = self.env["usercom.sync.line"]
        sync = self.ran("import")
        sync.ended_at = "2020-01-01"
        Line.create([{"sync_id": sync.id, "kind": "new_here"} for _ in range(1001)])
        self.assertEqual(Line._gc_lines(), (1000, 1))
        self.assertEqual(Line._gc_lines(), (1, 0))


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

    def sheets(self, sync):
        """The XML of each sheet."""
        book = ZipFile(SyncReport(sync).as_spreadsheet())
        names = [name for name in book.namelist() if "worksheets/" in name]
        return [book.read(name).decode() for name in names]

    def test_a_very_long_text_is_cut_and_what_follows_is_told(self):
        sync = self.sync()
        line = {"sync_id": sync.id, "kind": "matched", "problems": "No such country."}
        sync.line_ids.create(line | {"conflicts": {"comment": ["x" * 40_000, "y"]}})
        [sheet] = self.sheets(sync)
        self.assertTrue("xxx" in sheet and "No such country." in sheet)

    def test_more_people_than_a_sheet_has_rows_go_on_in_another(self):
        sync = self.sync()
        for number in range(5):
            sync.line_ids.create({"sync_id": sync.id, "kind": "new_here", "label": f"u{number}"})
        with patch.object(spreadsheet, "ROWS_OF_SHEET", 2):
            sheets = self.sheets(sync)
        self.assertEqual([sheet.count("<row ") for sheet in sheets], [3, 3, 2])
        self.assertIn("User.com User", sheets[2])
        self.assertNotIn('t="b"', sheets[2])  # who has no contact
        self.assertIn("u4", sheets[2])

    def test_others_do_not_get_it(self):
        sync = self.sync()
        new_test_user(self.env, "usercom_reader", "usercom_connector.group_usercom_user")
        self.authenticate("usercom_reader", "usercom_reader")
        with self.assertLogs("odoo.http", "WARNING"):
            self.assertEqual(self.url_open(f"/usercom/sync/{sync.id}").status_code, 403)
