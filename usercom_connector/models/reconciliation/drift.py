from odoo import api, fields, models
from odoo.exceptions import UserError

from ...services.contacts.texts import ValueTexts
from ...services.inbox.prompts import Prompts, keys_in
from ...services.notifications import told
from ...services.queue.cron_trigger import request_drain


class UsercomDrift(models.Model):
    """What the last full comparison found to be not the same on both sides."""

    _name = "usercom.drift"
    _inherit = "usercom.about.contact"
    _description = "User.com Difference"
    _rec_name = "partner_id"
    _order = "kind, id"

    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("different", "Different values"),
            ("only_odoo", "Only in Odoo"),
            ("only_usercom", "Only in User.com"),
        ],
        "Difference",
        required=True,
    )
    partner_id = fields.Many2one("res.partner", "Contact", index=True, ondelete="cascade")
    external_id = fields.Integer("User.com ID", aggregator=False)
    mapping_id = fields.Many2one("usercom.field.mapping", "Field Mapping", ondelete="cascade")
    odoo = fields.Json("In Odoo")
    usercom = fields.Json("In User.com")
    details = fields.Char(compute="_compute_details")

    @api.depends("odoo", "usercom")
    def _compute_details(self):
        texts = ValueTexts(self.env)
        for drift in self:
            sides = {key: (odoo, drift.usercom[key]) for key, odoo in (drift.odoo or {}).items()}
            drift.details = texts.differences(drift.backend_id, sides)

    # ---- repairing ----

    def action_repair_in_odoo(self):
        """Make Odoo like User.com; returns a notification."""
        self._check_repairable("only_odoo")
        drifts = self.sudo()
        drifts._agree_on("odoo")
        for drift in drifts:
            Prompts(drift.backend_id).put(keys_in({"id": drift.external_id}))
            request_drain(drift.backend_id)
        return drifts._unlink_told(self.env._("Users to be read from User.com: %s."), "external_id")

    def action_repair_in_usercom(self):
        """Make User.com like Odoo; returns a notification."""
        self._check_repairable("only_usercom")
        drifts = self.sudo()
        drifts._agree_on("usercom")
        for backend, group in drifts.grouped("backend_id").items():
            group._unlink_unmet(backend)
            self.env["usercom.outbox"].sudo()._enqueue(group.partner_id.ids, backend)
        return drifts._unlink_told(self.env._("Contacts to be sent to User.com: %s."), "partner_id")

    def _unlink_told(self, text, whose):
        """Delete these and return the notification of how many people they were about."""
        people, backends = {(row.backend_id, row[whose]) for row in self}, self.backend_id
        self.unlink()
        return told(self.env, text % len(people), backends)

    def _unlink_unmet(self, backend):
        """Forget the users that were not among all users, so that they are created again."""
        partners = self.filtered(lambda drift: drift.kind == "only_odoo").partner_id
        bindings = self.env["usercom.binding"]._of(backend, partners)
        self.env["usercom.binding"].union(*bindings.values())._forget()

    def _check_repairable(self, kind):
        self.check_access("read")
        if kind in self.mapped("kind"):
            raise UserError(
                {
                    "only_odoo": self.env._(
                        "Nobody is removed from Odoo here. Archive the contacts that are only in "
                        "Odoo, or create them in User.com."
                    ),
                    "only_usercom": self.env._(
                        "Nobody is removed from User.com here. Delete the users that are only in "
                        "User.com there, or create them in Odoo."
                    ),
                }[kind]
            )

    def _agree_on(self, side):
        """Count the values of ``side`` as agreed on, so that the other's count as changed.

        A withdrawn consent is left out: only a new consent can overrule it.
        """
        for drift in self.filtered(lambda drift: drift.kind == "different"):
            consents = drift.backend_id.mapping_ids.filtered("is_consent")._rules()
            withdrawn = {rule.key: rule.withdrawn for rule in consents}
            values = {
                key: value
                for key, value in drift[side].items()
                if key not in withdrawn or value != withdrawn[key]
            }
            binding = self.env["usercom.binding"]._ensure(drift.backend_id, drift.partner_id)
            binding._agree_on(values)
