from odoo import models


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    def _can_execute_action_on_records(self, records):
        """Push and pull are steps of automation rules, too, which run for whoever edits a contact.

        A rule runs them as superuser; from the Action menu they need the group.
        """
        if records.env.su and self._is_usercom_action():
            return None
        return super()._can_execute_action_on_records(records)

    def _is_usercom_action(self):
        names = ("usercom_connector.action_server_push", "usercom_connector.action_server_pull")
        return any(self == self.env.ref(name, raise_if_not_found=False) for name in names)
