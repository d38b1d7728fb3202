from odoo import api, fields, models

OURS = ("usercom_push", "usercom_pull")


class IrActionsServer(models.Model):
    """Push and pull as types of action: in menus, in automation rules and as steps of others."""

    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[
            ("usercom_push", "Push to User.com"),
            ("usercom_pull", "Pull from User.com"),
            ("code",),
        ],
        ondelete={"usercom_push": "cascade", "usercom_pull": "cascade"},
    )

    # ---- only contacts ----

    @api.depends("model_id")
    def _compute_allowed_states(self):
        result = super()._compute_allowed_states()
        for action in self:
            if action.model_id and action.model_id.model != "res.partner":
                action.allowed_states = [s for s in action.allowed_states if s not in OURS]
        return result

    @api.depends("state")
    def _compute_available_model_ids(self):
        result = super()._compute_available_model_ids()
        contacts = self.env["ir.model"]._get_id("res.partner")
        for action in self.filtered(lambda action: action.state in OURS):
            action.available_model_ids = [
                model_id for model_id in action.available_model_ids.ids if model_id == contacts
            ]
        return result

    @api.model
    def _warning_depends(self):
        return [*super()._warning_depends(), "model_id", "state"]

    def _get_warning_messages(self):
        warnings = super()._get_warning_messages()
        if self.state in OURS and self.model_id.model != "res.partner":
            warnings.append(self.env._("Only contacts are pushed to and pulled from User.com."))
        return warnings

    # ---- run ----

    def _run_action_usercom_push_multi(self, eval_context=None):
        contacts = self._usercom_contacts(eval_context)
        return contacts.action_usercom_push() if contacts else False

    def _run_action_usercom_pull_multi(self, eval_context=None):
        contacts = self._usercom_contacts(eval_context)
        return contacts.action_usercom_pull() if contacts else False

    @api.model
    def _usercom_contacts(self, eval_context):
        """The contacts that the action runs for; not those that a form has not saved yet."""
        context = eval_context or {}
        records = context.get("records") or context.get("record")
        return records.browse(filter(None, records._ids)) if records else records

    def _can_execute_action_on_records(self, records):
        """Push and pull are steps of automation rules, too, which run for whoever edits a contact.

        A rule runs them as superuser; by hand they need the group.
        """
        if records.env.su and self.state in OURS:
            return None
        return super()._can_execute_action_on_records(records)
