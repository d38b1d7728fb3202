"""PostgreSQL itself keeps the consent log: whatever code or console asks for it."""

from psycopg2.errors import CheckViolation, InsufficientPrivilege

from odoo.tests import new_test_user
from odoo.tools import SQL, mute_logger

from .common import UsercomCase

EMAIL = "jan@example.org"
KEPT = {
    "company_id": SQL("company_id + 1"),
    "consent": "other",
    "old_value": "no",
    "new_value": "no",
    "origin": "webhook",
    "origin_ref": "usercom.inbox,1",
    "source_at": "2020-01-01",
    "create_date": "2020-01-01",
    "write_date": "2020-01-01",
    "partner_id": SQL("partner_id - 1"),
    "said_as": 1,
    "user_id": SQL("user_id + 1"),
    "create_uid": SQL("create_uid + 1"),
    "backend_id": SQL("backend_id + 1"),
}
SEAL = {
    "chain_number": None,
    "chain_hash": "0" * 64,
    "sealed_at": "2020-01-01",
    "subject": "0" * 64,
    "salt": None,
}


class TestConsentGuard(UsercomCase):
    def setUp(self):
        super().setUp()
        self.editor = new_test_user(
            self.env, "editor", "base.group_user,base.group_partner_manager"
        )
        self.said = self.contact(email=EMAIL).with_user(self.editor)
        self.said.x_email_consent = True
        self.drain()  # which seals it
        self.row = self.said.sudo().usercom_consent_log_ids

    def assertRefused(self, query, error=InsufficientPrivilege):  # noqa: N802
        with (
            self.assertRaises(error, msg=query),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute("SET LOCAL lock_timeout = 0")  # autovacuum takes a second to go
            self.env.cr.execute(query)

    def merge(self, lost, kept):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((lost + kept).ids, kept)
        self.env.invalidate_all()

    def test_no_column_can_be_changed(self):
        for name, value in {**KEPT, **SEAL}.items():
            column = SQL.identifier(name)
            with self.subTest(name):
                self.assertRefused(SQL("UPDATE usercom_consent_log SET %s = %s", column, value))

    def test_no_row_can_be_deleted(self):
        self.assertRefused(SQL("DELETE FROM usercom_consent_log"))
        self.assertRefused(SQL("TRUNCATE usercom_consent_log"))
        self.assertRefused(SQL("TRUNCATE res_partner CASCADE"))

    def test_nor_one_that_names_nobody_any_more(self):
        self.row.partner_id.unlink()
        self.env.flush_all()
        self.assertRefused(SQL("DELETE FROM usercom_consent_log WHERE id = %s", self.row.id))

    def test_no_row_can_be_of_unknown_origin(self):
        names = SQL("company_id, consent, old_value, new_value, origin")
        self.assertRefused(
            SQL(
                "INSERT INTO usercom_consent_log (%s) SELECT %s FROM usercom_consent_log",
                names,
                SQL("company_id, consent, old_value, new_value, 'hearsay'"),
            ),
            CheckViolation,
        )

    def test_a_new_version_of_the_app_keeps_it_so(self):
        self.env["usercom.consent.log"].init()
        self.test_no_row_can_be_deleted()

    def test_what_is_deleted_in_odoo_is_named_no_more(self):
        self.backend.unlink()
        self.row.partner_id.unlink()
        self.editor.unlink()
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT partner_id, said_as, salt, backend_id, user_id, create_uid, new_value
                 FROM usercom_consent_log WHERE id = %s""",
            self.row.ids,
        )
        self.assertEqual(self.env.cr.fetchone(), (None, None, None, None, None, None, "yes"))

    def test_merged_contacts_rows_name_the_one_that_is_left(self):
        first = self.said.sudo()
        for email in ("jan.k@example.org", "jan.kowalski@example.org"):
            kept = self.contact(email=email)
            self.merge(self.row.partner_id, kept)
            self.assertEqual(self.row.partner_id, kept)
            self.assertEqual(self.row.said_as, first.id)
        self.assertRefused(SQL("UPDATE usercom_consent_log SET partner_id = %s", first.id))

    def test_a_later_erasure_forgets_who_was_merged(self):
        kept = self.contact(email="jan.k@example.org")
        self.merge(self.said.sudo(), kept)
        kept.unlink()
        self.env.invalidate_all()
        self.assertFalse(self.row.partner_id or self.row.said_as or self.row.salt)
