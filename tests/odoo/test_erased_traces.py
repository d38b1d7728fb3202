"""After an erasure nothing in the database, nor in the server log, tells who the person was."""

from contextlib import contextmanager

import psycopg2

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import UsercomCase
from .common_merge import MergeCase

NAME, EMAIL, PHONE, CUSTOM_ID = "Jan Kowalski", "jan@example.org", "+48 600 111 222", "shop-778899"
TRACES = ("Kowalski", EMAIL, PHONE, CUSTOM_ID)


class TraceCase(UsercomCase):
    def known(self, **values):
        """A contact that both sides know, of whom the account has told all kinds of things."""
        user_id = self.person(
            email=EMAIL, first_name="Jan", last_name="Kowalski", custom_id=CUSTOM_ID
        )
        contact = self.synced(name=NAME, email=EMAIL, phone=PHONE, **values)
        self.drain()
        self.assertEqual(self.binding(contact).external_id, user_id)
        return contact

    def dump(self):
        """``(table, row)`` of all that the account and what tells of it holds, as text."""
        tables = {model._table for model in self.env.values() if model._auto}
        ours = {table for table in tables if table.startswith("usercom_")}
        self.env.flush_all()
        for table in sorted(ours | {"mail_activity", "mail_message", "bus_bus"} & tables):
            self.env.cr.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            for (text,) in self.env.cr.fetchall():
                yield table, text

    def check_gone(self):
        for table, text in self.dump():
            for trace in TRACES:
                self.assertNotIn(trace.lower(), text.lower(), table)

    def found_in(self):
        """The tables in which the person is found."""
        return {
            table for table, text in self.dump() if any(t.lower() in text.lower() for t in TRACES)
        }

    def put_payload(self, **payload):
        return self.stored_call(payload)

    def twin(self):
        """Another contact of the same address, whose failure is about the first."""
        twin = self.contact(name="Twin", email=EMAIL)
        self.drain()
        twin.email = "twin@example.org"
        return twin

    def synchronized(self):
        sync = self.env["usercom.sync"].create({"direction": "both"})
        sync.action_preview()
        self.drain()
        return sync


class TestTraces(TraceCase):
    def test_in_an_initial_sync(self):
        contact = self.known()
        self.simulator.seed({"email": EMAIL}, {"email": EMAIL})  # whom nobody can tell apart
        self.synchronized()
        self.assertIn("usercom_sync_line", self.found_in())
        contact.unlink()
        self.check_gone()

    def test_in_the_history_of_fields(self):
        self.backend.history_days = 30
        contact = self.known()
        contact.name = "Jan Nowak-Kowalski"
        self.drain()
        self.assertIn("usercom_value_change", self.found_in())
        contact.unlink()
        self.check_gone()

    def test_in_another_contacts_failure(self):
        contact = self.known()
        twin = self.twin()
        row = self.env["usercom.outbox"].search(
            [("partner_id", "=", twin.id), ("state", "=", "failed")]
        )
        self.assertIn(NAME, row.error)
        self.assertIn(NAME, self.binding(twin).last_error)
        self.assertIn(NAME, twin.usercom_error)
        contact.unlink()
        self.assertIn(f"[contact {contact.id}]", row.error)
        self.check_gone()

    def test_in_a_call_that_names_the_address_among_other_values(self):
        contact = self.known()
        self.put_payload(user={"id": 4711}, extra={"email": EMAIL, "name": NAME})
        contact.unlink()
        self.check_gone()

    def test_in_a_call_about_somebody_else_which_stays(self):
        contact = self.known()
        friend = self.synced(name="Ola", email="ola@example.org")
        values = {"last_name": EMAIL.upper(), "email_consent": False}
        row = self.put_payload(user={"id": self.binding(friend).external_id}, extra=values)
        contact.unlink()
        self.assertEqual(row.payload["extra"], {"last_name": "", "email_consent": False})
        self.check_gone()

    def test_in_events(self):
        contact = self.known()
        friend = self.synced(name="Ola", email="ola@example.org")
        items = [
            {"partner": contact, "name": f"Order of {NAME}", "data": {"phone": PHONE}},
            {
                "partner": friend,
                "name": "gift",
                "read_name": f"Gift of {NAME}",
                "data": {"to": EMAIL.upper(), "value": 7},
            },
        ]
        mine, other = self.env["usercom.event"]._queue(self.backend, items)
        self.drain()
        self.assertIn("usercom_event", self.found_in())
        contact.unlink()
        self.assertFalse(mine.exists())
        self.assertEqual(other.data, {"to": "", "value": 7})
        self.assertEqual((other.name, other.read_name), ("gift", False))
        self.check_gone()

    def test_in_what_a_pair_shows_of_another_contacts_company(self):
        """Values of Ola tell of Jan, whom she works for, and what was sent stays for days."""
        self.backend.history_days = 30
        for attribute, path in (("city", "parent_id.email"), ("country", "parent_id.name")):
            self.pair(self.backend, "parent_id", attribute, path=path)
        contact = self.known()
        contact.name = 'Jan "Boss" Kowalski'
        ola = self.synced(name="Ola", email="ola@example.org", parent_id=contact.id)
        self.assertEqual(self.remote(ola)["city"], EMAIL)
        self.assertIn("usercom_value_change", self.found_in())
        rows = self.env["usercom.outbox"].search([("partner_id", "=", ola.id)])
        self.assertIn(EMAIL, repr(rows.mapped("sent")))
        contact.unlink()
        self.drain()
        self.assertFalse(self.remote(ola)["city"])
        self.assertIn("ola@example.org", repr(rows.mapped("sent")))
        self.check_gone()

    def test_in_value_tables_of_contacts_and_of_users(self):
        contact = self.known()
        names = {"name": NAME, "email": EMAIL, "partner_id": contact.id}
        user = new_test_user(self.env, "jan", "base.group_user", **names)
        action = self.env["ir.actions.server"].create(
            {
                "name": "Tell",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "state": "usercom_event",
                "usercom_event_name": "visit",
                "usercom_value_ids": [
                    Command.create(
                        {
                            "usercom_name": name,
                            "path": name,
                            "conversion": "table",
                            "choice_ids": [
                                Command.create({"odoo_key": key, "usercom_value": NAME}),
                                Command.create({"odoo_key": "0", "usercom_value": "Ola"}),
                            ],
                        }
                    )
                    for name, key in (("parent_id", contact.id), ("user_id", user.id))
                ],
            }
        )
        pair = self.pair(self.backend, "user_id", "city", conversion="table")
        self.assertIn(NAME, pair.value_ids.mapped("usercom_value"))
        contact._usercom_anonymize()
        lines = action.usercom_value_ids.choice_ids
        self.assertEqual(lines.mapped("usercom_value"), ["Ola", "Ola"])
        self.assertNotIn(NAME, pair.value_ids.mapped("usercom_value"))

    def test_in_texts_of_an_earlier_version(self):
        contact = self.known()
        other = self.synced(name="Ola", email="ola@example.org")
        texts = [f"{NAME} is the same.", f"<{EMAIL.upper()}>", f"The custom id {CUSTOM_ID}."]
        for text in texts:
            row = self.put(id=self.binding(other).external_id)
            row._fail(text)
        kept = self.put(email="eva@example.org")
        kept._fail("User.com has a problem.")
        contact.unlink()
        self.check_gone()
        self.assertEqual(kept.error, "User.com has a problem.")
        self.assertIn("erased", row.error)

    def test_everywhere_at_once(self):
        contact = self.known(x_email_consent=True)
        self.backend.mapping_ids.conflict_policy = "odoo"
        contact.phone = "+48 600 000 000"
        self.simulator.patch_user(self.binding(contact).external_id, phone_number=PHONE)
        self.receive(id=self.binding(contact).external_id)
        self.put_payload(user={"id": self.binding(contact).external_id, "email": EMAIL})
        self.twin()
        self.synchronized()
        self.backend.action_compare()
        self.drain()
        self.assertGreater(len(self.found_in()), 3)
        contact.unlink()
        self.check_gone()

    def test_another_persons_rows_are_left_alone(self):
        contact = self.known()
        other = self.synced(name="Jan", email="other@example.org", phone="7")
        row = self.put_payload(user={"id": self.binding(other).external_id}, extra={"name": "Jan"})
        failed = self.put(id=self.binding(other).external_id)
        failed._fail("What became of January")
        contact.unlink()
        self.assertEqual(row.payload["extra"], {"name": "Jan"})
        self.assertEqual(failed.error, "What became of January")

    def test_as_many_statements_for_many_as_for_few(self):
        def statements(count):
            people = self.env["res.partner"].create(
                [
                    {"name": f"No {n} Of {count}", "email": f"n{n}.{count}@example.org"}
                    for n in range(count)
                ]
            )
            self.drain()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            people._usercom_erase()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        statements(1)
        few, many = statements(2), statements(60)
        self.assertLessEqual(many, few + 3)


class TestNames(TraceCase):
    """Error texts hold ids, and show names to those who may see them."""

    def test_who_may_not_read_a_contact_sees_its_id(self):
        contact = self.known()
        twin = self.twin()
        user = new_test_user(
            self.env, "sales", "usercom_connector.group_usercom_user,base.group_partner_manager"
        )
        self.assertIn(NAME, twin.with_user(user).usercom_error)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        contact.company_id = elsewhere
        self.env.invalidate_all()
        error = twin.with_user(user).usercom_error
        self.assertNotIn("Kowalski", error)
        self.assertIn(f"[contact {contact.id}]", error)

    def test_a_contact_called_otherwise_by_now_has_its_new_name(self):
        contact = self.known()
        twin = self.twin()
        contact.name = "Jan Nowak"
        self.assertIn("Jan Nowak", twin.usercom_error)

    def test_rows_that_failed_alike_are_found(self):
        self.known()
        twin = self.twin()
        rows = self.env["usercom.outbox"].search([("state", "=", "failed")])
        self.assertTrue(rows)
        twin.email = "twin@example.org"
        rows[:1].action_retry_alike()
        self.assertEqual(rows.mapped("state"), ["pending"])


class TestMerged(TraceCase, MergeCase):
    def test_in_what_was_known_of_a_user_to_be_merged(self):
        for is_merged in (True, False):
            with self.subTest(is_merged=is_merged):
                lost, kept = self.known(), self.synced(name="Ola", email="ola@example.org")
                self.merge(lost, kept)
                if is_merged:
                    self.drain()
                kept.unlink()
                self.check_gone()
                self._fresh_simulator()


class TestAnonymized(TraceCase):
    """A contact that stays and is made neutral, as an addon for privacy does it."""

    def anonymize(self, contact):
        contact._usercom_anonymize()
        contact.write({"name": "Anonymous", "email": False, "phone": False})
        self.drain()

    def test_nothing_is_left_of_the_person(self):
        contact = self.known(x_email_consent=True)
        self.put_payload(user={"id": self.binding(contact).external_id, "email": EMAIL})
        self.twin()
        self.synchronized()
        self.anonymize(contact)
        self.env.cr.execute("DELETE FROM mail_message WHERE model = 'res.partner'")  # Odoo's own
        self.check_gone()
        self.assertEqual(contact.usercom_state, "erased")
        self.assertFalse(contact.usercom_key)

    def test_the_consent_log_stays(self):
        contact = self.known(x_email_consent=True)
        self.anonymize(contact)
        self.assertEqual(contact.usercom_consent_log_ids.mapped("new_value"), ["yes"])

    def test_its_user_gets_what_the_policy_says(self):
        for policy in ("keep", "unsubscribe", "delete"):
            with self.subTest(policy):
                self.backend.removal_policy = policy
                self.simulator.reset(rate_limit=0)
                self.simulator.attribute("email_consent", "boolean")
                self.anonymize(self.known())
                ends = [user["unsubscribed"] for user in self.simulator.users()]
                expected = {"keep": [False], "unsubscribe": [True], "delete": []}
                self.assertEqual(ends, expected[policy])

    def test_nobody_brings_it_back(self):
        self.backend.custom_id_policy = "database_id"
        contact = self.synced(name=NAME, email=EMAIL)
        user_id = self.binding(contact).external_id
        self.anonymize(contact)
        self.receive(id=user_id)
        contact.phone = "+48 600 000 001"
        contact.action_usercom_push()
        self.drain()
        self.synchronized()
        self.backend.action_compare()
        self.drain()
        self.assertEqual((contact.name, contact.email), ("Anonymous", False))
        self.assertFalse(self.found(EMAIL))
        self.assertEqual(len(self.simulator.users()), 1)
        self.assertFalse(self.env["usercom.drift"].search([("partner_id", "=", contact.id)]))


class TestServerLog(TraceCase):
    """A statement that fails is logged without what it was to store."""

    @contextmanager
    def refused(self):
        """What the server log tells of a statement that fails."""
        with (
            self.assertLogs("odoo.sql_db", "ERROR") as logs,
            self.assertRaises(psycopg2.Error),
            self.env.cr.savepoint(),
        ):
            yield logs

    def test_a_value_that_the_database_refuses(self):
        contact = self.known()
        self.env.cr.execute(
            "ALTER TABLE res_partner ADD CONSTRAINT no_evil CHECK (phone NOT LIKE '%666%')"
        )
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number="666 123 456", last_name="Secret")
        with self.assertLogs("odoo", "INFO") as logs:
            row = self.receive(id=user_id)
        text = "\n".join(logs.output)
        self.assertEqual((row.state, contact.phone), ("failed", PHONE), text)
        self.assertIn("CheckViolation", text)
        for trace in (*TRACES, "666 123 456", "Secret"):
            self.assertNotIn(trace, text)

    def test_a_call_that_the_database_refuses(self):
        self.env.cr.execute(
            "ALTER TABLE usercom_inbox ADD CONSTRAINT no_evil CHECK (email NOT LIKE '%evil%')"
        )
        with self.refused() as logs:
            self.put_payload(user={"id": 7, "email": "evil@example.org"})
        self.assertNotIn("evil@example.org", "\n".join(logs.output))

    def test_statements_of_others_are_logged_as_ever(self):
        with self.refused() as logs:
            self.env.cr.execute("SELECT 1 FROM nowhere")
        self.assertIn("SELECT 1 FROM nowhere", "\n".join(logs.output))
