"""The context of a caller over RPC is no authority: whatever it holds, an edit is an edit."""

from contextlib import suppress

from odoo.tests.common import JsonRpcException

from odoo.addons.usercom_connector.services.own_context import KEY, OwnContext

from .common_rpc import EDITOR, RpcCase

EMAIL = "jan@example.org"
FORGED = {
    "usercom_origin": {"origin": "webhook", "ref": "usercom.inbox,1", "at": "2020-01-01 00:00:00"},
    "usercom_merge": True,
    "usercom_linking": "phone",
    "usercom_creating": True,
    "usercom_speaking": [],
    "usercom_strictest": {},
    "usercom_sync_id": 1,
    "usercom_sync_rules": [],
    "_force_unlink": True,
    "module": "usercom_connector",
    "install_mode": True,
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
    "no_reset_password": True,
    "prefetch_fields": False,
    "bin_size": True,
    "recompute": False,
    "import_file": True,
    "default_state": "done",
    "default_next_attempt_at": "2099-01-01 00:00:00",
    "default_claimed_at": "2020-01-01 00:00:00",
    "default_external_id": 1,
    "default_partner_id": 1,
    "default_user_ref": "external_id:1",
    "default_payload": {},
    "active_test": False,
    "lang": "pl_PL",
}


class TestCallersContext(RpcCase):
    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("pl_PL")

    def forgeries(self, contact=None):
        """Each key for itself, and ours as a caller could spell what it holds."""
        ids = contact.ids if contact else []
        ours = {"origin": FORGED["usercom_origin"], "merging": True, "creating": True}
        ours |= {"linking": "phone", "merged_ids": ids, "speaking": []}
        for key, value in {**FORGED, "usercom_merged_ids": ids, KEY: ours}.items():
            yield {key: value}
        yield {KEY: str(OwnContext(merging=True))}

    def answers(self, contact, consent="email_consent"):
        """``[(answer, origin, reference, time, who)]``, oldest first."""
        rows = self.env["usercom.consent.log"].search(
            [("partner_id", "=", contact.id), ("consent", "=", consent)], order="id"
        )
        return [(r.new_value, r.origin, r.origin_ref, r.source_at, r.user_id) for r in rows]

    def test_a_consent_is_noted_as_the_callers_own(self):
        for context in self.forgeries():
            contact = self.contact()
            self.rpc(contact, "write", {"x_email_consent": True}, context=context)
            self.rpc(contact, "write", {"x_email_consent": False}, context=context)
            mine = ("odoo", False, False, self.user)
            self.assertEqual(self.answers(contact), [("yes", *mine), ("no", *mine)], context)

    def test_so_is_that_of_a_new_contact(self):
        for context in self.forgeries():
            values = {"name": "Jan Kowalski", "x_email_consent": True}
            contact = self.env["res.partner"].browse(
                self.rpc(self.env["res.partner"], "create", values, context=context)
            )
            expected = [("yes", "odoo", False, False, self.user)]
            self.assertEqual(self.answers(contact), expected, context)

    def test_every_edit_is_sent(self):
        contact = self.synced(email=EMAIL)
        for context in self.forgeries(contact):
            phone = f"+48 {len(self.calls())} {id(context)}"
            self.rpc(contact, "write", {"phone": phone}, context=context)
            self.assertTrue(self.waiting(contact), context)
            self.drain()
            self.assertEqual(self.remote(contact)["phone_number"], phone)

    def test_every_new_contact_is_sent(self):
        for context in self.forgeries():
            values = {"name": "Jan Kowalski", "email": EMAIL}
            created = self.rpc(self.env["res.partner"], "create", values, context=context)
            contact = self.env["res.partner"].browse(created)
            self.assertTrue(self.waiting(contact), context)

    def test_who_is_deleted_stays_deleted(self):
        self.backend.removal_policy = "delete"
        Tombstone = self.env["usercom.tombstone"]
        for context in self.forgeries():
            contact = self.synced(email=EMAIL)
            user_id = self.binding(contact).external_id
            self.rpc(contact, "unlink", context=context)
            about = [("external_id", "=", user_id), ("email", "=", EMAIL)]
            self.assertEqual(Tombstone.search_count(about), 1, context)
            self.drain()
            self.assertNotIn(user_id, [user["id"] for user in self.simulator.users()], context)
            Tombstone.search(about).unlink()

    def test_what_is_written_as_another_companys_is_noted_and_sent_by_ours(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        contact = self.synced(email=EMAIL)
        with suppress(JsonRpcException):  # Odoo may well refuse it altogether
            context = {"allowed_company_ids": other.ids}
            self.rpc(contact, "write", {"x_email_consent": True}, context=context)
        self.env.invalidate_all()
        self.assertEqual(bool(self.answers(contact)), contact.x_email_consent)
        self.assertEqual(bool(self.waiting(contact)), contact.x_email_consent)

    def test_a_default_that_the_caller_has_set_for_himself_is_not_meant_for_our_rows(self):
        self.backend.removal_policy = "delete"
        for name, value in (("state", "done"), ("next_attempt_at", "2099-01-01 00:00:00")):
            self.rpc(self.env["ir.default"], "set", "usercom.outbox", name, value, True)
        contact = self.synced(email=EMAIL)
        self.rpc(contact, "unlink")
        self.drain()
        self.assertFalse(self.simulator.users(email=EMAIL))


class TestContextOfAUser(RpcCase):
    """Who has a part in User.com reaches no further by the context than without."""

    def setUp(self):
        super().setUp()
        self.sign_in("user", f"{EDITOR},usercom_connector.group_usercom_user")

    def test_a_refused_address_is_refused(self):
        for context in ({"default_active": False}, {"active_test": False}, {"active_test": True}):
            contact = self.synced(email=f"jan{len(self.simulator.users())}@example.org")
            self.rpc(contact, "write", {"usercom_unsubscribed": True}, context=context)
            self.assertTrue(contact.usercom_unsubscribed, context)
            rows = contact.usercom_consent_log_ids.filtered(lambda r: r.consent == "unsubscribed")
            self.assertEqual(rows.mapped("new_value"), ["no"], context)
            self.drain()
            self.assertTrue(self.remote(contact)["unsubscribed"], context)

    def test_what_is_queued_by_hand_waits(self):
        contact = self.synced(email=EMAIL)
        for method, queue in (("push", "outbox"), ("pull", "inbox")):
            for key in ("state", "claimed_at"):
                forged = {"default_state": "done", "default_claimed_at": "2020-01-01 00:00:00"}
                forged = {f"default_{key}": forged[f"default_{key}"]}
                self.rpc(contact, f"action_usercom_{method}", context=forged)
                rows = self.env[f"usercom.{queue}"].search([("partner_id", "=", contact.id)])
                self.assertEqual((rows[0].state, rows[0].claimed_at), ("pending", False), forged)
                self.drain()

    def test_no_other_companys_account_is_pushed_to_or_pulled_from(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.account(other, "elsewhere")
        contact = self.synced(email=EMAIL)
        self.env["usercom.outbox"].search([]).unlink()
        for method in ("push", "pull", "open"):
            context = {"allowed_company_ids": other.ids}
            with self.assertRaisesRegex(JsonRpcException, "AccessError", msg=method):
                self.rpc(contact, f"action_usercom_{method}", context=context)
        for queue in ("usercom.outbox", "usercom.inbox"):
            self.assertFalse(self.env[queue].search([("backend_id", "=", theirs.id)]), queue)
