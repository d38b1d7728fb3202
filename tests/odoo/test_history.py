"""All that happened to a contact between Odoo and User.com stands in one list."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import UsercomCase

KINDS = {"outbox", "inbox", "sync", "conflict", "consent"}


class HistoryCase(UsercomCase):
    def setUp(self):
        super().setUp()
        self.user = new_test_user(self.env, "marta", "usercom_connector.group_usercom_user")
        self.manager = new_test_user(self.env, "olga", "usercom_connector.group_usercom_manager")

    def history(self, contact, reader=None):
        """What the button of the contact shows to the reader."""
        self.env.cr.flush()
        contact = contact.with_user(reader or self.manager)
        action = contact.action_usercom_history()
        return contact.env[action["res_model"]].search(action["domain"])

    def eventful(self):
        """A contact of whom there is one record of each kind."""
        jan = self.synced(email="jan@example.org", phone="111111111")
        user_id = self.binding(jan).external_id
        jan.phone = "222222222"
        self.simulator.patch_user(user_id, phone_number="333333333")
        jan.x_email_consent = True
        self.receive(id=user_id)
        sync = self.env["usercom.sync"].create({"backend_id": self.backend.id})
        self.env["usercom.sync.line"].create(
            {
                "sync_id": sync.id,
                "kind": "linked",
                "partner_id": jan.id,
                "external_id": user_id,
                "result": "failed",
                "problems": f"[contact {jan.id}] is odd.",
            }
        )
        return jan


class TestHistory(HistoryCase):
    def test_each_kind_is_told_in_words(self):
        entries = self.history(self.eventful())
        self.assertEqual(set(entries.mapped("kind")), KINDS)
        texts = {entry.kind: entry.details for entry in entries}
        self.assertEqual(texts["outbox"], "Synchronize: Sent")
        self.assertIn("User.com user", texts["inbox"])
        self.assertEqual(texts["sync"], "Linked before")
        self.assertIn("222222222 in Odoo, 333333333 in User.com. Kept: Odoo", texts["conflict"])
        self.assertIn("Given (Odoo user)", texts["consent"])

    def test_the_latest_stands_first_with_state_and_error(self):
        entries = self.history(self.eventful())
        self.assertEqual(entries, entries.sorted(lambda e: (e.happened_at, e.id), reverse=True))
        [line] = entries.filtered(lambda entry: entry.kind == "sync")
        self.assertEqual((line.state, line.error), ("failed", "Jan Kowalski is odd."))
        states = dict(line._fields["state"]._description_selection(self.env))
        self.assertTrue({"pending", "done", "open", "queued", "failed"} <= states.keys())

    def test_it_is_of_this_contact_only(self):
        jan = self.eventful()
        self.synced(email="ewa@example.org")
        self.assertEqual(self.history(jan).partner_id, jan)

    def test_a_call_that_waits_is_in_it_before_it_is_known_whose_it_is(self):
        jan = self.synced(email="jan@example.org")
        row = self.put(id=self.binding(jan).external_id)
        [entry] = self.history(jan).filtered(lambda entry: entry.kind == "inbox")
        self.assertEqual((entry.source_id, entry.state), (row.id, "pending"))

    def test_an_entry_opens_its_record(self):
        for entry in self.history(self.eventful()):
            with self.subTest(entry.kind):
                action = entry.action_open_source()
                if entry.kind in ("conflict", "consent"):
                    opened = self.env[action["res_model"]].search(action["domain"]).id
                else:
                    opened = action["res_id"]
                self.assertEqual(opened, entry.source_id)

    def test_the_page_is_one_query_of_the_view(self):
        """An entry is found by its contact, by indexes; by its id the whole view would be read."""
        jan = self.eventful()
        self.env.cr.flush()
        self.env.invalidate_all()
        history = self.env["usercom.history"].with_user(self.manager)
        shown = dict.fromkeys(("happened_at", "kind", "details", "state", "error"), {})
        with self.assertLogs("odoo.sql_db", "DEBUG") as queries:
            history.web_search_read([("partner_id", "=", jan.id)], shown, limit=80)
        views = [line for line in queries.output if 'FROM "usercom_history"' in line]
        self.assertEqual(len(views), 1)

    def test_a_page_of_it_takes_as_many_queries_as_one_entry(self):
        jan = self.eventful()

        def queries(count):
            self.env.cr.flush()
            self.env.invalidate_all()
            entries = self.env["usercom.history"].search([("partner_id", "=", jan.id)], limit=count)
            before = self.env.cr.sql_log_count
            entries.mapped("details")
            return self.env.cr.sql_log_count - before

        few = queries(80)
        for number in range(3):
            jan.phone = f"60000000{number}"
            self.drain()
        self.assertEqual(queries(80), few)


class TestWhoMaySeeIt(HistoryCase):
    def test_a_user_sees_what_was_sent_and_consented_to(self):
        kinds = set(self.history(self.eventful(), self.user).mapped("kind"))
        self.assertEqual(kinds, {"outbox", "consent"})

    def test_a_user_opens_nothing_that_only_managers_may_see(self):
        for entry in self.history(self.eventful()).filtered(
            lambda entry: entry.kind not in ("outbox", "consent")
        ):
            with self.subTest(entry.kind), self.assertRaises(AccessError):
                entry.with_user(self.user).action_open_source()

    def test_a_salesperson_sees_nothing(self):
        sales = new_test_user(self.env, "sales", "base.group_user,base.group_partner_manager")
        jan = self.eventful()
        with self.assertRaises(AccessError):
            jan.with_user(sales).action_usercom_history()
        with self.assertRaises(AccessError):
            self.env["usercom.history"].with_user(sales).search([])

    def test_another_companys_is_out_of_reach(self):
        entries = self.history(self.eventful())
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "usercom_connector.group_usercom_manager",
            company_id=elsewhere.id,
            company_ids=elsewhere.ids,
        )
        self.assertFalse(self.env["usercom.history"].with_user(stranger).search([]))
        for entry in entries:
            with self.assertRaises(AccessError):
                entry.with_user(stranger).action_open_source()

    def test_it_goes_with_the_contact(self):
        jan = self.eventful()
        ids = self.history(jan).ids
        jan.unlink()
        left = self.env["usercom.history"].search([("id", "in", ids)])
        self.assertFalse(left.partner_id)
