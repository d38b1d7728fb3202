"""Each row of the consent log is sealed with the one before: what was tampered with is found."""

from odoo.tools import SQL

from odoo.addons.usercom_connector.services.consents import chain as consent_chain

from .common import UsercomCase

COLUMNS = SQL("company_id, partner_id, consent, old_value, new_value, origin, create_date")


class TestConsentChain(UsercomCase):
    def setUp(self):
        super().setUp()
        self.people = [
            self.contact(email=f"jan{n}@example.org", x_email_consent=True) for n in range(5)
        ]
        self.drain()
        self.rows = self.env["usercom.consent.log"].search([], order="id")

    def tamper(self, query):
        """As somebody who may do everything to the database."""
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE usercom_consent_log DISABLE TRIGGER USER")
        self.env.cr.execute(query)
        self.env.cr.execute("ALTER TABLE usercom_consent_log ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def change(self, row, **values):
        sets = [SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()]
        self.tamper(
            SQL("UPDATE usercom_consent_log SET %s WHERE id = %s", SQL(", ").join(sets), row.id)
        )

    def insert(self, created):
        """A row that says of the first contact what it never said."""
        self.tamper(
            SQL(
                """INSERT INTO usercom_consent_log (%s)
                   SELECT company_id, partner_id, consent, 'yes', 'no', 'webhook', %s
                     FROM usercom_consent_log WHERE id = %s""",
                COLUMNS,
                created,
                self.rows[0].id,
            )
        )
        return self.env["usercom.consent.log"].search([], limit=1)

    def verified(self):
        company = self.env.company
        [report] = self.env["usercom.consent.chain"]._verify(lambda each: each == company)
        return report

    def assertFault(self, row, problem):  # noqa: N802
        fault = self.verified()["fault"]
        self.assertTrue(fault, f"{row} {problem}")
        self.assertEqual((fault["row"], fault["problem"]), (row and row.id, problem))

    def assertWhole(self):  # noqa: N802
        self.assertIsNone(self.verified()["fault"])

    def test_a_drain_seals_what_was_said(self):
        report = self.verified()
        self.assertEqual((report["sealed"], report["unsealed"], report["fault"]), (5, 0, None))
        self.people[0].x_email_consent = False
        self.assertEqual(self.verified()["unsealed"], 1)
        self.drain()
        again = self.verified()
        self.assertEqual((again["sealed"], again["unsealed"], again["fault"]), (6, 0, None))
        self.assertNotEqual(again["head"], report["head"])

    def test_the_daily_clean_up_seals_what_no_drain_does(self):
        self.backend.action_pause()
        self.people[0].x_email_consent = False
        self.assertEqual(self.env["usercom.consent.chain"]._seal_all(), (1, 0))
        self.assertEqual(self.verified()["unsealed"], 0)
        self.assertEqual(self.env["usercom.consent.chain"]._seal_all(), (0, 0))

    def test_a_long_log_is_sealed_and_verified_piece_by_piece(self):
        self.patch(consent_chain, "BATCH", 2)
        for person in self.people:
            person.x_email_consent = False
        self.drain()
        self.assertEqual(self.verified()["sealed"], 10)
        self.assertWhole()

    def test_a_changed_row_is_named(self):
        values = {"new_value": "no", "consent": "other", "origin_ref": "x", "origin": "webhook"}
        values |= {"source_at": "2020-01-01", "create_date": "2020-01-01", "old_value": "no"}
        for name, value in {**values, "subject": "x", "sealed_at": "2020-01-01"}.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.change(self.rows[2], **{name: value})
                self.assertFault(self.rows[2], "was changed or inserted")
                savepoint.rollback()

    def test_a_row_that_names_another_contact_is_named(self):
        self.change(self.rows[2], partner_id=self.people[0].id)
        self.assertFault(self.rows[2], "names another contact")

    def test_a_deleted_row_is_missed(self):
        self.tamper(SQL("DELETE FROM usercom_consent_log WHERE id = %s", self.rows[2].id))
        self.assertFault(self.rows[3], "1 row(s) before it are missing")

    def test_so_are_the_last_ones_and_all(self):
        self.tamper(SQL("DELETE FROM usercom_consent_log WHERE id > %s", self.rows[2].id))
        self.assertFault(None, "the last 2 row(s) are missing")
        self.tamper(SQL("DELETE FROM usercom_consent_log"))
        self.assertFault(None, "the last 5 row(s) are missing")

    def test_a_row_inserted_for_an_earlier_day_is_named(self):
        row = self.insert("2020-01-01")
        self.assertFault(row, "was inserted later than it says")
        self.people[1].x_email_consent = False
        self.drain()
        self.assertFault(row, "was inserted later than it says")

    def test_a_row_pushed_in_between_is_named(self):
        row = self.insert(self.rows[2].create_date)
        for later in self.rows[:1:-1]:
            self.change(later, chain_number=later.chain_number + 1)
        self.change(row, chain_number=3, chain_hash=self.rows[1].chain_hash)
        self.assertFault(row, "was changed or inserted")

    def test_a_row_that_was_sealed_by_hand_shows_at_the_next_one(self):
        self.change(self.rows[2], new_value="no")
        chain = consent_chain.ConsentChain(self.env, self.env.company)
        for row, *_more in chain._sealed_rows():
            if row.id == self.rows[2].id:
                self.change(self.rows[2], chain_hash=row.hash_after(self.rows[1].chain_hash))
        self.assertFault(self.rows[3], "was changed or inserted")

    def test_an_erasure_breaks_nothing(self):
        self.people[2].unlink()
        self.env.flush_all()
        self.assertWhole()
        self.assertFalse(self.rows[2].partner_id)

    def test_nor_does_a_merge_or_the_end_of_the_account(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.people[0] + self.people[1]).ids, self.people[1])
        self.backend.unlink()
        self.env.invalidate_all()
        self.assertWhole()

    def test_who_was_erased_before_the_seal_is_in_it_without_a_name(self):
        self.people[0].x_email_consent = False
        self.people[0].unlink()
        self.drain()
        self.assertEqual(self.verified()["unsealed"], 0)
        self.assertWhole()
