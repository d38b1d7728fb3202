"""What another transaction was in the way of is tried again, and is no error in the log."""

from psycopg2.errors import DivisionByZero, SerializationFailure

from odoo.addons.usercom_connector.services.database.transactions import committed

from .common import UsercomCase

BAD = "DO $$ BEGIN RAISE EXCEPTION 'rival' USING ERRCODE = '%s'; END $$"


class TestRetries(UsercomCase):
    def rival(self, cr, code):
        """A method that fails at its first call as it does beside a rival, then not."""
        calls = []

        def method():
            calls.append(None)
            if len(calls) == 1:
                cr.execute(BAD % code)
            return len(calls)

        return method

    def test_a_retried_failure_is_no_error_in_the_log(self):
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            account = self.backend.with_env(self.env(cr=cr))
            for code in ("40001", "40P01", "55P03"):
                with self.subTest(code=code), self.assertNoLogs("odoo.sql_db", "ERROR"):
                    self.assertEqual(committed(account.env, self.rival(cr, code)), 2)

    def test_any_other_is_one(self):
        with self.assertLogs("odoo.sql_db", "ERROR"), self.assertRaises(DivisionByZero):
            committed(self.env, self.env.cr.execute, "SELECT 1 / 0")

    def test_outside_of_a_drain_it_is_an_error_as_ever(self):
        with self.assertLogs("odoo.sql_db", "ERROR"), self.assertRaises(SerializationFailure):
            self.rival(self.env.cr, "40001")()
