"""The context of a caller over RPC is no authority: whatever it holds, an edit is an edit."""

from odoo.addons.usercom_connector.services.own_context import KEY, OwnContext

from .common_rpc import RpcCase

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
            self.rpc(contact, "write", {"employee": True}, context=context)
            self.rpc(contact, "write", {"employee": False}, context=context)
            mine = ("odoo", False, False, self.user)
            self.assertEqual(self.answers(contact), [("yes", *mine), ("no", *mine)], context)

    def test_so_is_that_of_a_new_contact(self):
        for context in self.forgeries():
            values = {"name": "Jan Kowalski", "employee": True}
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
