from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...services.events.actions import ActionPath, EventAction

OURS = ("usercom_push", "usercom_pull")


EVENT = "usercom_event"
USUAL_CONTACTS = ("partner_id", "customer_id")


class IrActionsServer(models.Model):
    """Push, pull and events as types of action: in menus, automation rules, steps of others."""

    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[
            ("usercom_push", "Push to User.com"),
            ("usercom_pull", "Pull from User.com"),
            (EVENT, "Send a User.com Event"),
            ("code",),
        ],
        ondelete={"usercom_push": "cascade", "usercom_pull": "cascade", EVENT: "cascade"},
    )
    usercom_event_name = fields.Char(
        "Event Name", help="What the event is called in User.com, such as invoice_overdue."
    )
    usercom_event_name_path = fields.Char(
        "Event Name From", help="A field with the name of the event; the text is used if empty."
    )
    usercom_contact_path = fields.Char(
        "Contact Field",
        compute="_compute_usercom_contact_path",
        store=True,
        readonly=False,
        precompute=True,
        help="Leads from the record to the contact whose event it is.",
    )
    usercom_value_ids = fields.One2many(
        "ir.actions.server.usercom.value", "action_id", "Event Data", copy=True
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
        ours = ["usercom_event_name", "usercom_event_name_path", "usercom_contact_path"]
        lines = ["usercom_value_ids.path", "usercom_value_ids.conversion"]
        return [*super()._warning_depends(), "model_id", "state", *ours, *lines]

    def _get_warning_messages(self):
        warnings = super()._get_warning_messages()
        if self.state in OURS and self.model_id.model != "res.partner":
            warnings.append(self.env._("Only contacts are pushed to and pulled from User.com."))
        if self.state == EVENT and self.model_id:
            warnings += self._usercom_event_problems()
        return warnings

    # ---- events ----

    @api.depends("model_id", "state")
    def _compute_usercom_contact_path(self):
        """The usual field of the model; one that still leads to a contact is kept."""
        for action in self.filtered(lambda action: action.state == EVENT):
            usual = () if action.model_name == "res.partner" else USUAL_CONTACTS
            paths = filter(None, (action.usercom_contact_path, *usual))
            found = (path for path in paths if action._usercom_leads_to_contact(path))
            action.usercom_contact_path = next(found, False)

    def _usercom_leads_to_contact(self, path):
        return self._usercom_path(path).leads_to_contact()

    def _usercom_path(self, path):
        return ActionPath(self.env, self.model_id.sudo().model, path)

    def _usercom_paths(self):
        """All paths of the action that are filled in."""
        paths = [self.usercom_event_name_path, self.usercom_contact_path]
        return [path for path in [*paths, *self.usercom_value_ids.mapped("path")] if path]

    def _usercom_event_problems(self):
        """Why the action cannot be run, as sentences."""
        found = [self._usercom_path(path).problem() for path in self._usercom_paths()]
        found += self.usercom_value_ids.mapped(lambda line: line._problem())
        if not (self.usercom_event_name or self.usercom_event_name_path):
            found.append(self.env._("Enter the name of the event."))
        if not self._usercom_has_contact():
            found.append(self.env._("Choose a field that leads to the contact of the event."))
        return list(dict.fromkeys(filter(None, found)))

    def _usercom_has_contact(self):
        path = self.usercom_contact_path
        return self._usercom_leads_to_contact(path) if path else self.model_name == "res.partner"

    @api.constrains(
        "model_id", "usercom_event_name_path", "usercom_contact_path", "usercom_value_ids"
    )
    def _check_usercom_paths(self):
        """Whoever writes the action may read all that it sends."""
        for action in self.filtered("model_id"):
            for path in map(action._usercom_path, action._usercom_paths()):
                if path.fields and not path.is_readable_by(self.env.user):
                    raise ValidationError(self.env._("You may not read “%s”.", path.label()))

    def _generate_action_name(self):
        if self.state == EVENT and self.usercom_event_name:
            return self.env._("Send the User.com event %s", self.usercom_event_name)
        return super()._generate_action_name()

    @api.model
    def _name_depends(self):
        return [*super()._name_depends(), "usercom_event_name"]

    def action_usercom_test(self):
        """Show what would be sent of a record."""
        self.ensure_one().check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test the Event"),
            "res_model": "ir.actions.server.usercom.test",
            "view_mode": "form",
            "target": "new",
            "context": {"default_action_id": self.id},
        }

    # ---- run ----

    def _run_action_usercom_event_multi(self, eval_context=None):
        if records := self._usercom_records(eval_context):
            # Odoo looks at the records only of an action without groups; they are told of as root.
            records.check_access("read")
            EventAction(self).queue(records)
        return False

    def _run_action_usercom_push_multi(self, eval_context=None):
        contacts = self._usercom_records(eval_context)
        return contacts.action_usercom_push() if contacts else False

    def _run_action_usercom_pull_multi(self, eval_context=None):
        contacts = self._usercom_records(eval_context)
        return contacts.action_usercom_pull() if contacts else False

    @api.model
    def _usercom_records(self, eval_context):
        """The records that the action runs for; not those that a form has not saved yet."""
        context = eval_context or {}
        records = context.get("records") or context.get("record")
        return records.browse(filter(None, dict.fromkeys(records._ids))) if records else records

    def _can_execute_action_on_records(self, records):
        """Push and pull are steps of automation rules, too, which run for whoever edits a contact.

        A rule runs them as superuser; by hand they need the group.
        """
        if records.env.su and self.state in OURS:
            return None
        return super()._can_execute_action_on_records(records)
