"""The choices of an initial sync: made before it is carried out, not while."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests.common import JsonRpcException

from .common_rpc import RpcCase

MANAGER = "base.group_partner_manager,usercom_connector.group_usercom_manager"
OTHERS = {
    "direction": "export",
    "domain": "[('id', '>', 0)]",
    "use_csv": False,
    "trigger_automations": True,
}
LATE = ("use_csv", "trigger_automations")  # may still be chosen when the preview is there
UNDER_WAY = ("previewing", "ready", "running", "paused", "done", "cancelled")


class TestChoices(RpcCase):
    def setUp(self):
        super().setUp()
        self.sign_in("manager", MANAGER)
        self.sync = self.env["usercom.sync"].create({})
        self.env["usercom.sync.field"]._offer(self.sync)
        self.choice = self.sync.field_ids[0]

    def refused(self, records, values):
        before = records.read(list(values))
        with self.assertRaisesRegex(JsonRpcException, "UserError"):
            self.rpc(records, "write", values)
        self.env.invalidate_all()
        self.assertEqual(records.read(list(values)), before)

    def test_they_can_be_made_as_long_as_it_is_a_draft(self):
        self.rpc(self.sync, "write", OTHERS)
        self.assertEqual(self.sync.read(list(OTHERS))[0], {"id": self.sync.id, **OTHERS})

    def test_none_is_changed_by_rpc_while_it_is_under_way(self):
        for state in UNDER_WAY:
            self.sync.state = state
            for name, value in OTHERS.items():
                with self.subTest(state, name=name):
                    if state == "ready" and name in LATE:
                        self.rpc(self.sync, "write", {name: value})
                        self.assertEqual(self.sync[name], value)
                        self.sync[name] = not value
                    else:
                        self.refused(self.sync, {name: value})

    def test_what_stays_the_same_can_be_saved(self):
        self.sync.state = "running"
        self.rpc(self.sync, "write", {"direction": "both", "use_csv": True})

    def test_the_refusal_names_the_button(self):
        self.sync.state = "ready"
        with self.assertRaisesRegex(UserError, "Contacts.*Press Change the Choices"):
            self.sync.with_user(self.user).domain = "[('id', '>', 0)]"
        self.sync.state = "running"
        with self.assertRaisesRegex(UserError, "Contacts.*new initial sync"):
            self.sync.with_user(self.user).domain = "[('id', '>', 0)]"

    def test_which_value_counts_is_not_changed_while_values_are_brought_together(self):
        self.sync.state = "ready"
        self.rpc(self.choice, "write", {"winner": "skip"})
        self.assertEqual(self.choice.winner, "skip")
        for state in ("running", "paused", "done"):
            self.sync.state = state
            with self.subTest(state):
                self.refused(self.choice, {"winner": "usercom"})
                within = [Command.update(self.choice.id, {"winner": "usercom"})]
                self.refused(self.sync, {"field_ids": within})
                self.assertEqual(self.choice.winner, "skip")
