"""Rows from before the bounds, and many of one user: worked off a few at a time."""

import json
import runpy
from pathlib import Path

from odoo.addons import usercom_connector
from odoo.addons.usercom_connector.services.queue.claims import InboxClaims

from .common import UsercomCase

MIB = 2**20
AT = "2026-02-01T0{}:00:00+00:00"


class BigRows(UsercomCase):
    def insert(self, count=1, payload=None, consents=None, **values):
        """Rows as SQL finds them, one for each hour from midnight."""
        values = {"state": "pending", "external_id": 7, "user_ref": "external_id:7", **values}
        rows = self.env["usercom.inbox"]
        for hour in range(count):
            body = {"timestamp": AT.format(hour % 10), **(payload or {})}
            self.env.cr.execute(
                """INSERT INTO usercom_inbox (backend_id, priority, attempts, payload, consents,
                                              create_date, write_date, state, external_id, user_ref)
                   VALUES (%s, 0, 0, %s, %s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC',
                           %s, %s, %s) RETURNING id""",
                [self.backend.id, json.dumps(body), consents, *list(values.values())],
            )
            rows += rows.browse(self.env.cr.fetchone())
        self.env.invalidate_all()
        return rows

    def claim(self):
        return InboxClaims(self.backend).claim(0)


class TestClaim(BigRows):
    def test_a_claim_takes_rows_by_bytes_as_well(self):
        big = {"extra": {"name": "x" * MIB}}
        rows = self.insert(3, big, consents="{}")
        others = self.insert(2, big, consents="{}", external_id=8, user_ref="external_id:8")
        self.assertEqual(self.claim(), rows[0])
        rows[0]._finish()
        self.assertEqual(self.claim(), rows[1])
        rows[1:]._finish()
        self.assertEqual(self.claim(), others[0])

    def test_a_claim_takes_all_small_rows_of_a_user_but_not_thousands(self):
        rows = self.insert(50, {}, consents="{}")
        self.assertEqual(self.claim(), rows)
        rows._finish()
        self.assertLess(len(self.insert(1200, consents="{}") and self.claim()), 1100)

    def test_what_one_claim_leaves_the_next_ones_take(self):
        user_id = self.person(phone_number="600100200")
        big = {"extra": {"name": "x" * MIB}}
        values = {"external_id": user_id, "user_ref": f"external_id:{user_id}"}
        rows = self.insert(4, big, consents="{}", **values)
        self.drain()
        self.assertEqual(set(rows.mapped("state")), {"done"})
        self.assertEqual(self.found().phone, "600100200")


class TestUpgrade(BigRows):
    """Up to 19.0.1.1.0 each call was stored, with all that it brought."""

    def upgrade(self):
        self.env.flush_all()
        migrations = Path(usercom_connector.__file__).parent / "migrations"
        script = migrations / "19.0.1.2.0" / "post-waiting_calls.py"
        runpy.run_path(str(script))["migrate"](self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        return self.env["usercom.inbox"].search([("backend_id", "=", self.backend.id)], order="id")

    def test_what_waits_holds_little_and_once_for_each_user(self):
        rows = self.insert(5, {"user": {"phone_number": "1", "secret": "x" * MIB}})
        other = self.insert(1, external_id=8, user_ref="external_id:8")
        left = self.upgrade()
        self.assertEqual(left, rows[0] + other)
        self.assertEqual(
            left[0].payload, {"timestamp": AT.format(4), "user": {"phone_number": "1"}}
        )

    def test_a_no_among_them_is_kept_unless_a_yes_came_after_it(self):
        first = self.insert(1, {"extra": {"email_consent": "False"}})
        self.insert(1, {"timestamp": AT.format(1), "extra": {"phone_number": "2"}})
        self.assertEqual(self.upgrade().consents["email_consent"]["said"], "no")
        first.unlink()
        for hour, said in ((1, "False"), (2, "True")):
            self.insert(1, {"timestamp": AT.format(hour), "extra": {"email_consent": said}})
        self.assertEqual(self.upgrade().consents["email_consent"]["said"], "yes")

    def test_a_no_from_before_the_upgrade_is_heeded(self):
        contact = self.synced(email="jan@example.org")
        contact.x_email_consent = True
        self.drain()
        user_id = self.binding(contact).external_id
        values = {"external_id": user_id, "user_ref": f"external_id:{user_id}"}
        said_yes_at = self.env["usercom.consent.log"].search([("partner_id", "=", contact.id)])
        no = {"timestamp": said_yes_at[0].create_date.isoformat(), "user": {"email_consent": False}}
        self.insert(1, no, **values)  # our "yes" crossed it: nothing else tells of it
        self.insert(1, {"extra": {}}, **values)
        self.upgrade()
        self.drain()
        self.assertFalse(contact.x_email_consent)

    def test_failed_rows_shrink_each_by_itself(self):
        rows = self.insert(2, {"user": {"secret": "x" * MIB}}, state="failed")
        self.assertEqual(self.upgrade(), rows)
        self.assertEqual(rows[1].payload["user"], {})

    def test_what_nests_too_deep_to_be_read_is_a_prompt_still(self):
        rows = self.insert()
        deep = '{"user": ' + '{"a": ' * 960 + "1" + "}" * 961
        self.env.cr.execute("UPDATE usercom_inbox SET payload = %s", [deep])
        self.assertEqual(self.upgrade(), rows)
        self.assertEqual(rows.payload, {})

    def test_many_rows_of_one_user_that_a_retry_brought_back_are_worked_off(self):
        user_id = self.person(phone_number="600100200")
        values = {"external_id": user_id, "user_ref": f"external_id:{user_id}"}
        rows = self.insert(30, state="failed", **values)
        self.upgrade().action_retry()
        self.drain()
        self.assertEqual(set(rows.mapped("state")), {"done"})
        self.assertEqual(self.found().phone, "600100200")
