"""A copy of the database must not speak for the one that was connected."""

import os
import runpy
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.modules.neutralize import get_neutralization_queries

import odoo.addons.usercom_connector as usercom_connector
from odoo.addons.usercom_connector.services.account.connection import Connection

from .common import UsercomCase

SECRETS = ("api_key", "webhook_token", "webhook_previous_token")
PLAIN_ROLE = """
    REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC;
    CREATE ROLE usercom_plain;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO usercom_plain;
    SET LOCAL ROLE usercom_plain"""


class TestNeutralized(UsercomCase):
    def neutralize(self):
        self.env.flush_all()
        for query in get_neutralization_queries(["usercom_connector"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()

    def test_neutralizing_takes_the_key_and_stops_everything(self):
        draft = self.env["usercom.backend"].create(
            {"company_id": self.env["res.company"].create({"name": "Draft"}).id}
        )
        self.backend.action_rotate_webhook_token()
        self.neutralize()
        self.assertEqual((self.backend.state, draft.state), ("paused", "draft"))
        for name in SECRETS:
            self.assertFalse(self.backend[name])
        self.assertTrue(Connection(self.backend).refusal())

    def test_neutralizing_empties_what_the_queues_and_links_copied(self):
        self.backend.history_days = 30
        contact = self.synced(email="secret@example.org", phone="600100200", name="Secret Person")
        contact.phone = "600100201"
        self.drain()
        self.put(email="secret@example.org", first_name="Secret")
        item = {
            "partner": contact,
            "name": "secret order",
            "key": "secret-7",
            "data": {"secret": 1},
        }
        event = self.env["usercom.event"]._queue(self.backend, [item])
        self.env["usercom.inbox"].search([], limit=1)._fail("secret@example.org is odd")
        self.env["usercom.drift"].create(
            {"backend_id": self.backend.id, "kind": "different", "odoo": {"phone": "600100200"}}
        )
        found = self.rows_with("secret|60010020")
        self.assertGreater(len(found), 3)
        self.assertTrue([row for row in found if row.startswith("usercom_value_change")])
        self.neutralize()
        self.assertEqual(self.rows_with("secret|60010020"), [])
        self.assertEqual(event.state, "dismissed")  # nothing is left of it that could be sent

    def rows_with(self, pattern):
        """The rows of our tables in which the regular expression is found, as texts."""
        self.env.flush_all()
        tables = [self.env[name]._table for name in self.env if name.startswith("usercom.")]
        self.env.cr.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname = ANY(%s)", [tables]
        )
        found = []
        for (table,) in self.env.cr.fetchall():
            query = f'SELECT to_jsonb(t)::text FROM "{table}" t WHERE to_jsonb(t)::text ~* %s'
            self.env.cr.execute(query, [pattern])
            found += [f"{table}: {row}" for (row,) in self.env.cr.fetchall()]
        return found

    def test_a_neutralized_database_cannot_be_set_running(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        with self.assertRaisesRegex(UserError, "neutralized"):
            self.backend.action_run()


class TestCopies(UsercomCase):
    """One mark after the other is another than when the account was authenticated."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("ir_attachment.location", "file")
        cls.backend.action_authenticate()

    def remember(self, **marks):
        """Have the account know a database of these ``marks``, which are not ours."""
        self.backend.database_marks = self.backend.database_marks | marks

    def assert_refused(self, reason):
        """A drain pauses without a call, and so does each call by hand."""
        contact = self.contact(email="jan@example.org")
        self.simulator.clear_journal()
        with self.assertRaisesRegex(UserError, reason):
            self.backend.action_fetch_attributes()
        self.drain()
        self.assertEqual(self.backend.state, "paused")
        self.assertRegex(self.backend.pause_reason, reason)
        with self.assertRaisesRegex(UserError, reason):
            self.backend.action_run()
        self.assertEqual(self.calls(), [])
        self.assertEqual(len(self.waiting(contact)), 1)

    def marker(self):
        return Path(self.env["ir.attachment"]._filestore()) / "usercom_connector.id"

    def without_marker(self, text=None):
        """Until the test ends the filestore has no marker, or one that says ``text``."""
        kept = self.marker().read_text()
        self.addCleanup(self.marker().write_text, kept)
        self.marker().unlink()
        if text:
            self.marker().write_text(text)

    def test_all_marks_are_known_after_authenticate(self):
        marks = self.backend.database_marks
        self.assertEqual(set(marks), {"uuid", "name", "oid", "cluster", "marker"})
        self.assertTrue(all(marks.values()))

    def test_another_uuid(self):
        self.env["ir.config_parameter"].set_param("database.uuid", "a-copy")
        self.assert_refused(r"copy.*database\.uuid")

    def test_another_name(self):
        self.remember(name="mycompany")
        self.assert_refused("its name is “.*” and was “mycompany”")

    def test_another_oid(self):
        self.remember(oid="1")
        self.assert_refused("oid")

    def test_another_cluster(self):
        self.remember(cluster="1")
        self.assert_refused("another PostgreSQL server")

    def test_no_filestore(self):
        self.without_marker()
        self.assert_refused("filestore.*usercom_connector.id")

    def test_the_filestore_of_another_database(self):
        self.without_marker("b" * 32)
        self.assert_refused("filestore")

    def test_attachments_in_the_database_need_no_filestore(self):
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        self.without_marker()
        self.assertFalse(Connection(self.backend).refusal())

    def test_a_server_that_is_not_for_production(self):
        with patch.dict(os.environ, ODOO_STAGE="staging"):
            self.assert_refused("ODOO_STAGE is “staging”")

    def test_odoo_sh_in_production(self):
        with patch.dict(os.environ, ODOO_STAGE="production"):
            self.assertFalse(Connection(self.backend).refusal())

    def test_a_database_role_that_may_not_ask_for_the_cluster(self):
        known = self.backend.database_marks
        self.env.flush_all()
        self.env.cr.execute(PLAIN_ROLE)
        self.assertFalse(Connection(self.backend).refusal())
        self.env.cr.execute("RESET ROLE")
        self.assertTrue(known["cluster"])

    def test_every_difference_is_named(self):
        self.remember(name="mycompany", oid="1")
        self.assertRegex(Connection(self.backend).refusal(), "mycompany.*; .*oid")

    def test_who_took_the_place_of_the_connected_one_authenticates_again(self):
        self.remember(name="mycompany", oid="1", cluster="1")
        contact = self.contact(email="jan@example.org")
        self.drain()
        self.assertEqual(self.backend.state, "paused")
        self.backend.action_authenticate()
        self.drain()
        self.assertEqual(self.remote(contact)["email"], "jan@example.org")

    def test_a_copy_cannot_be_set_running_before_it_is_authenticated(self):
        self.env["ir.config_parameter"].set_param("database.uuid", "a-copy")
        with self.assertRaisesRegex(UserError, "copy"):
            self.backend.action_run()
        self.backend.action_authenticate()
        self.backend.action_run()

    def test_a_second_account_keeps_the_marker_of_the_first(self):
        known = self.marker().read_text()
        company = self.env["res.company"].create({"name": "Second"})
        self.assertEqual(self.account(company).database_marks["marker"], known)


class TestUpgrade(UsercomCase):
    """Up to 19.0.1.1.0 an account knew no more of its database than the uuid."""

    def marks_after_upgrade(self, uuid):
        self.backend.database_marks = False
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE usercom_backend ADD COLUMN database_uuid varchar")
        self.env.cr.execute("UPDATE usercom_backend SET database_uuid = %s", [uuid])
        migrations = Path(usercom_connector.__file__).parent / "migrations"
        script = migrations / "19.0.1.2.0" / "post-database_identity.py"
        runpy.run_path(str(script))["migrate"](self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        return self.backend.database_marks

    def test_an_account_that_fits_runs_on_and_knows_the_further_marks(self):
        uuid = self.env["ir.config_parameter"].get_param("database.uuid")
        self.assertEqual(self.marks_after_upgrade(uuid)["name"], self.env.cr.dbname)
        contact = self.synced(email="jan@example.org")
        self.assertEqual(self.remote(contact)["email"], "jan@example.org")

    def test_a_known_copy_learns_nothing(self):
        self.assertFalse(self.marks_after_upgrade("another"))
        self.drain()
        self.assertEqual(self.backend.state, "paused")
