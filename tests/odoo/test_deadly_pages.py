"""A user of a list that ends the worker each time is left out, and the rest of the list goes on."""

from unittest.mock import patch

from .common_deaths import DeathCase, Killed

DEADLY = "deadly@example.org"


class TestDeadlyPages(DeathCase):
    """The worker dies of a contact that another app cannot bear."""

    def setUp(self):
        super().setUp()
        contacts = self.env.registry["res.partner"]
        bear = contacts._compute_email_normalized

        def deadly(records):
            if self.is_deadly and DEADLY in records.mapped("email"):
                raise Killed
            return bear(records)

        self.is_deadly = True
        self.startPatcher(patch.object(contacts, "_compute_email_normalized", deadly))

    def users(self):
        """New people at User.com, one of whom is deadly."""
        self.drain()
        emails = [f"no{n}@example.org" for n in range(20)]
        ids = self.simulator.seed(*({"email": e} for e in [*emails[:7], DEADLY, *emails[7:]]))
        return emails, ids["ids"][7]

    def imported(self, emails):
        return self.env["res.partner"].search_count([("email", "in", emails)])

    def errors_of(self, user_id):
        found = [("external_id", "=", user_id), ("state", "=", "failed")]
        return self.env["usercom.inbox"].search(found).mapped("error")

    def sync(self):
        sync = self.env["usercom.sync"].create(
            {"backend_id": self.backend.id, "direction": "import"}
        )
        sync.action_preview()
        self.drain()
        sync.action_run()
        return sync

    def test_one_that_the_reconciliation_meets_is_left_out(self):
        emails, deadly = self.users()
        self.env["usercom.sweep"]._request(self.backend, "reconcile")
        self.assertEqual(self.deaths(), 3)
        self.assertEqual(self.imported(emails), 20)
        [error] = self.errors_of(deadly)
        self.assertIn("worker ended 3 times", error)
        sweep = self.env["usercom.sweep"]._of(self.backend, "reconcile")
        self.assertEqual((sweep.page_tries, sweep.suspect_id, sweep.deadly_ids), (0, 0, False))
        self.assertFalse(sweep.is_open)

    def test_one_that_an_initial_sync_meets_is_left_out(self):
        emails, deadly = self.users()
        sync = self.sync()
        self.assertEqual(self.deaths(), 3)
        self.assertEqual(self.imported(emails), 20)
        self.assertIn("worker ended 3 times", self.errors_of(deadly)[0])
        self.assertEqual((sync.state, sync.page_tries), ("done", 0))

    def test_once_the_cause_is_mended_a_retry_takes_the_user_in(self):
        _emails, deadly = self.users()
        self.env["usercom.sweep"]._request(self.backend, "reconcile")
        self.deaths()
        self.is_deadly = False
        row = self.env["usercom.inbox"].search([("external_id", "=", deadly)])
        row.action_retry()
        self.drain()
        self.assertTrue(self.found(DEADLY))

    def test_a_page_that_itself_ends_the_worker_is_given_up_and_told_of(self):
        self.drain()
        self.die_of("/users/search/")
        self.env["usercom.sweep"]._request(self.backend, "reconcile")
        self.assertEqual(self.deaths(), 3)
        self.assertIn(
            "3 times while it read",
            self.env["usercom.sweep"]._known(self.backend, "reconcile").error,
        )


class TestDeadlyContacts(DeathCase):
    """The worker dies of a contact that an initial sync looks at before anything is sent."""

    def setUp(self):
        super().setUp()
        self.drain()
        self.backend.state = "authenticated"
        self.people = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org", "ref": "deadly"} for n in range(20)]
        )
        self.env.cr.flush()
        self.backend.state = "running"
        self.is_deadly, self.deadly = True, self.people[7]
        contacts = self.env.registry["res.partner"]
        fetch = contacts._fetch_query

        def die(records, query, fields):
            found = fetch(records, query, fields)
            reads_values = "phone" in {field.name for field in fields}
            if self.is_deadly and reads_values and self.deadly in found:
                raise Killed
            return found

        self.startPatcher(patch.object(contacts, "_fetch_query", die))

    def preview(self):
        sync = self.env["usercom.sync"].create(
            {
                "backend_id": self.backend.id,
                "direction": "both",
                "domain": "[('ref', '=', 'deadly')]",
            }
        )
        sync.action_preview()
        self.assertEqual(self.deaths(), 3)
        return sync

    def test_its_preview_tells_of_the_one_and_goes_on_with_the_others(self):
        sync = self.preview()
        self.assertEqual((sync.state, sync.page_tries), ("ready", 0))
        self.is_deadly = False  # to be shown
        failed = sync.line_ids.filtered("problems")
        self.assertEqual(failed.partner_id, self.deadly)
        self.assertIn("worker ended 3 times", failed.problems)

    def test_its_run_brings_the_others_and_leaves_that_one_alone(self):
        sync = self.preview()
        sync.action_run()
        self.deaths()
        self.deaths()
        self.assertEqual(sync.state, "done")
        emails = {user["email"] for user in self.simulator.users()}
        self.assertEqual(emails, set((self.people - self.deadly).mapped("email")))

    def test_once_the_cause_is_mended_the_run_brings_all(self):
        sync = self.preview()
        self.is_deadly = False
        sync.action_run()
        self.drain()
        self.drain()
        self.assertEqual(len(self.simulator.users()), 20)
