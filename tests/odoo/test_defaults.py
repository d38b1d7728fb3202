"""Whatever defaults people set, for themselves or for all: rows of ours are as we make them."""

from .common_rpc import RpcCase

ODD = {"integer": 7, "char": "x", "text": "x", "boolean": True, "datetime": "2099-01-01 00:00:00"}
OF_EVERYBODY = {
    "usercom.outbox": {"state": "done", "operation": "delete", "into_external_id": 7},
    "usercom.inbox": {"state": "done", "error": "x"},
    "usercom.binding": {"state": "erased", "left_at": "2020-01-01 00:00:00", "external_id": 7},
    "usercom.consent.log": {"origin_ref": "usercom.inbox,1", "source_at": "2020-01-01 00:00:00"},
    "usercom.tombstone": {"email_hash": "x"},
}


class TestDefaults(RpcCase):
    def guarded(self):
        models = (self.env[name] for name in self.env if name.startswith("usercom."))
        return [each for each in models if hasattr(each, "_is_made_by_people") and each._auto]

    def odd_defaults(self, model):
        """``{field: an odd value}`` of all that may be given one."""
        stored = {name: field for name, field in model._fields.items() if field.store}
        return {
            name: field.get_values(self.env)[-1] if field.type == "selection" else ODD[field.type]
            for name, field in stored.items()
            if name != "id" and field.type in (*ODD, "selection")
        }

    def test_rows_that_nobody_may_make_are_ours(self):
        rights = self.env["ir.model.access"].search([("perm_create", "=", True)])
        by_people = set(rights.model_id.mapped("model"))
        self.assertGreater(len(self.guarded()), 20)
        for model in self.guarded():
            self.assertEqual(model._is_made_by_people, model._name in by_people, model)

    def test_they_have_no_defaults_but_their_own(self):
        for model in self.guarded():
            if not model._is_made_by_people:
                odd = self.odd_defaults(model)
                for name, value in odd.items():
                    self.env["ir.default"].set(model._name, name, value)
                context = {f"default_{name}": value for name, value in odd.items()}
                got = model.with_context(**context).default_get(list(model._fields))
                own = {name for name, field in model._fields.items() if field.default}
                self.assertEqual(got.keys(), own, model)
                for name in own - {"priority", "last_id"}:
                    self.assertNotEqual(got[name], odd.get(name), f"{model} {name}")

    def test_what_is_edited_said_and_deleted_is_noted_and_sent(self):
        self.backend.removal_policy = "delete"
        for model, defaults in OF_EVERYBODY.items():
            for name, value in defaults.items():
                self.env["ir.default"].set(model, name, value)
        contact = self.contact(email="jan@example.org")
        self.rpc(contact, "write", {"x_email_consent": True})
        self.drain()
        said = self.env["usercom.consent.log"].search([("partner_id", "=", contact.id)])
        self.assertEqual([(row.origin_ref, row.source_at) for row in said], [(False, False)])
        self.assertEqual((contact.usercom_state, self.binding(contact).left_at), ("synced", False))
        self.put(id=self.binding(contact).external_id)
        self.drain()
        self.assertFalse(self.env["usercom.inbox"].search([("error", "!=", False)]))
        self.rpc(contact, "unlink")
        self.drain()
        self.assertFalse(self.simulator.users(email="jan@example.org"))
