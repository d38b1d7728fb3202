"""Both sides changed one value: who wins, what is recorded, how it is settled by hand."""

import runpy
from pathlib import Path

from odoo import fields
from odoo.exceptions import UserError

from odoo.addons import usercom_connector

from .common import UsercomCase


class TestConflicts(UsercomCase):
    def clash(self, policy="odoo"):
        """A contact whose phone was changed on both sides: 222222222 here, 333333333 there."""
        self.backend.mapping_ids.conflict_policy = policy
        contact = self.synced(email="anna@example.org", phone="111111111")
        contact.phone = "222222222"
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number="333333333")
        return contact, user_id

    def conflict(self, contact):
        return self.env["usercom.conflict"].search([("partner_id", "=", contact.id)])

    def test_a_conflict_is_recorded_with_all_values(self):
        contact, user_id = self.clash("usercom")
        self.receive(id=user_id)
        conflict = self.conflict(contact)
        self.assertEqual(
            (conflict.base, conflict.odoo, conflict.usercom, conflict.winner, conflict.state),
            ("111111111", "222222222", "333333333", "usercom", "ruled"),
        )
        self.assertEqual(conflict.attribute_id.name_std, "phone_number")

    def test_what_was_empty_is_told_as_nothing(self):
        conflict = self.env["usercom.conflict"].create(
            {
                "backend_id": self.backend.id,
                "partner_id": self.contact().id,
                "mapping_id": self.backend.mapping_ids.filtered(
                    lambda m: m.field_name == "email"
                ).id,
                "base": None,
                "odoo": "anna@example.org",
                "winner": "none",
            }
        )
        texts = (conflict.base_text, conflict.odoo_text, conflict.usercom_text)
        self.assertEqual(texts, ("", "anna@example.org", ""))

    def test_what_the_rule_has_settled_is_no_open_work(self):
        contact, user_id = self.clash()
        self.receive(id=user_id)
        self.assertEqual(self.conflict(contact).state, "ruled")
        self.assertNotIn("conflicts", self.backend.dashboard["todo"])

    def test_an_upgrade_closes_those_that_a_rule_has_settled_and_no_others(self):
        """Up to 19.0.1.1.0 all of them were open."""
        contact = self.synced(email="anna@example.org")
        values = {"backend_id": self.backend.id, "partner_id": contact.id, "state": "open"}
        values["mapping_id"] = self.backend.mapping_ids[0].id
        conflicts = self.env["usercom.conflict"].create(
            [{**values, "winner": winner} for winner in ("odoo", "usercom", "none")]
        )
        self.env.flush_all()
        migrations = Path(usercom_connector.__file__).parent / "migrations"
        script = migrations / "19.0.1.2.0" / "post-ruled_conflicts.py"
        runpy.run_path(str(script))["migrate"](self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(conflicts.mapped("state"), ["ruled", "ruled", "open"])

    def test_settled_ones_are_kept_as_long_as_finished_rows_and_open_ones_longer(self):
        contact = self.synced(email="anna@example.org")
        mine = {
            "backend_id": self.backend.id,
            "partner_id": contact.id,
            "mapping_id": self.backend.mapping_ids[0].id,
        }
        values = [{"winner": "none"}]
        values += [{"winner": "odoo", "state": state} for state in ("ruled", "settled")]
        old = self.env["usercom.conflict"].create([mine | each for each in values])
        new = old[1].copy()
        self.env.flush_all()
        days = self.backend.log_days + 1
        self.env.cr.execute(
            "UPDATE usercom_conflict SET write_date = write_date - %s * interval '1 day'"
            " WHERE id = ANY(%s)",
            [days, old.ids],
        )
        self.env.invalidate_all()
        self.env["usercom.conflict"]._gc_settled()
        self.assertEqual((old + new).exists(), old[0] + new)

    def test_either_value_can_be_kept_on_both_sides(self):
        for policy, button, expected in (
            ("odoo", "action_keep_usercom", "333333333"),
            ("odoo", "action_keep_odoo", "222222222"),
            ("usercom", "action_keep_odoo", "222222222"),
            ("usercom", "action_keep_usercom", "333333333"),
        ):
            with self.subTest(policy=policy, button=button):
                self.simulator.reset(rate_limit=0)
                self.simulator.attribute("email_consent", "boolean")
                self.env["usercom.binding"].search([]).unlink()
                contact, user_id = self.clash(policy)
                self.receive(id=user_id)
                self.drain()
                told = getattr(self.conflict(contact), button)()["params"]
                self.assertEqual(told["message"], "Conflicts settled: 1.")
                self.drain()
                self.assertEqual(contact.phone, expected)
                self.assertEqual(self.remote(contact)["phone_number"], expected)
                self.assertEqual(self.conflict(contact).state, "settled")
                contact.unlink()

    def test_a_new_conflict_about_the_same_value_settles_the_old_one(self):
        contact, user_id = self.clash()
        self.receive(id=user_id)
        self.drain()
        contact.phone = "444444444"
        self.simulator.patch_user(user_id, phone_number="555555555")
        self.receive(id=user_id)
        self.assertEqual(self.conflict(contact).mapped("state"), ["ruled", "settled"])

    def test_a_yes_is_not_kept_over_a_withdrawn_consent(self):
        contact = self.synced(email="anna@example.org")
        user_id = self.binding(contact).external_id
        contact.x_email_consent = True
        self.simulator.patch_user(user_id, email_consent=False)
        self.receive(id=user_id)
        with self.assertRaisesRegex(UserError, "withdrawn"):
            self.conflict(contact).action_keep_odoo()
        self.assertFalse(contact.x_email_consent)

    def test_the_newer_change_wins_where_so_chosen(self):
        for older, expected in (("odoo", "333333333"), ("usercom", "222222222")):
            with self.subTest(older=older):
                self.simulator.reset(rate_limit=0)
                self.simulator.attribute("email_consent", "boolean")
                self.env["usercom.binding"].search([]).unlink()
                contact, user_id = self.clash("newest")
                self.env.flush_all()
                year = 2020 if older == "odoo" else 2099
                self.env.cr.execute(
                    "UPDATE res_partner SET write_date = %s WHERE id = %s",
                    [fields.Datetime.to_datetime(f"{year}-01-01"), contact.id],
                )
                self.env.invalidate_all()
                self.receive(id=user_id)
                self.drain()
                self.assertEqual(contact.phone, expected)
                self.assertEqual(self.remote(contact)["phone_number"], expected)
                contact.unlink()

    def test_a_withdrawal_that_a_call_brings_makes_nothing_else_newer_in_odoo(self):
        contact, user_id = self.clash("newest")
        contact.x_email_consent = True
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET write_date = '2020-01-01'")
        self.env.invalidate_all()
        payload = {"timestamp": "2099-01-01T00:00:00Z", "extra": {"email_consent": False}}
        self.stored_call(payload, id=user_id)
        self.drain()
        self.assertFalse(contact.x_email_consent)
        self.assertEqual(contact.phone, "333333333")


class TestPull(UsercomCase):
    def test_a_pull_reads_the_chosen_contacts_again(self):
        contact = self.synced(email="anna@example.org", phone="111111111")
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number="222222222")
        contact.action_usercom_pull()
        self.drain()
        self.assertEqual(contact.phone, "222222222")

    def test_a_pull_of_the_chosen_one_of_several_links_that_one(self):
        self.backend.state = "authenticated"
        self.contact(email="anna@example.org")
        chosen = self.contact(email="anna@example.org")
        self.backend.state = "running"
        user_id = self.person()
        chosen.action_usercom_pull()
        self.drain()
        self.assertEqual(self.binding(chosen).external_id, user_id)

    def test_a_pull_of_a_stranger_says_so_on_the_contact(self):
        for values, words in (
            ({"email": "nobody@example.org"}, "no such user"),
            ({"email": False}, "neither"),
        ):
            with self.subTest(words):
                self.backend.state = "authenticated"
                contact = self.contact(**values)
                self.backend.state = "running"
                contact.action_usercom_pull()
                self.drain()
                self.assertEqual(self.binding(contact).state, "failed")
                self.assertIn(words, self.binding(contact).last_error)

    def test_a_pull_of_a_user_that_is_gone_says_so_on_the_contact(self):
        contact = self.synced(email="anna@example.org")
        self.simulator.delete_user(self.binding(contact).external_id)
        contact.action_usercom_pull()
        self.drain()
        self.assertEqual(self.binding(contact).state, "gone")
        self.assertIn("no such user", self.binding(contact).last_error)


class TestWebhookValues(UsercomCase):
    def setUp(self):
        super().setUp()
        self.backend.use_webhook_values = True
        self.contact_ = self.synced(email="anna@example.org", name="Anna Nowak", phone="1")
        self.user_id = self.binding(self.contact_).external_id

    def call(self, at="2099-01-01T00:00:00Z", **values):
        user = {
            "id": self.user_id,
            "name": "Anna Nowak",
            "email": "anna@example.org",
            "phone_number": "111111111",
            "email_consent": "False",
            "unsubscribed": "False",
            **values,
        }
        payload = {"path": 1, "timestamp": at, "extra": {}, "user": user}
        self.stored_call(payload)

    def test_a_whole_user_block_spares_the_read(self):
        self.call(phone_number="222222222")
        self.drain()
        self.assertEqual(self.contact_.phone, "222222222")
        self.assertEqual(self.calls(), [])

    def test_of_several_calls_the_newest_counts_in_whatever_order(self):
        self.call("2099-01-01T00:00:02Z", phone_number="333333333")
        self.call("2099-01-01T00:00:01Z", phone_number="222222222")
        self.drain()
        self.assertEqual(self.contact_.phone, "333333333")
        self.assertEqual(self.calls(), [])

    def test_a_block_without_a_mapped_value_is_no_substitute(self):
        self.call()
        row = self.env["usercom.inbox"].search([], limit=1)
        row.payload = row.payload | {"user": {"id": self.user_id, "email": "x@example.org"}}
        self.drain()
        self.assertEqual(self.calls(), [f"GET /users/{self.user_id}/"])
        self.assertEqual(self.contact_.email, "anna@example.org")

    def test_a_late_call_is_not_believed(self):
        self.call("2020-01-01T00:00:00Z", phone_number="222222222")
        self.drain()
        self.assertEqual(self.contact_.phone, "1")
        self.assertEqual(self.calls("GET"), [f"GET /users/{self.user_id}/"])

    def test_what_is_read_after_a_call_is_no_older_than_it(self):
        self.call(phone_number="222222222")
        self.drain()
        self.simulator.patch_user(self.user_id, phone_number="333333333")
        self.contact_.action_usercom_pull()
        self.drain()
        self.assertEqual(self.contact_.phone, "333333333")
