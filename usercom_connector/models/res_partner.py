from odoo import api, fields, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    _inherit = "res.partner"

    usercom_key = fields.Char("User.com ID", company_dependent=True, copy=False)
    usercom_binding_ids = fields.One2many(
        "usercom.binding",
        "partner_id",
        "User.com Links",
        copy=False,
        groups="usercom_connector.group_usercom_user",
    )
    usercom_state = fields.Selection(
        selection=lambda self: self.env["usercom.binding"]._fields["state"].selection,
        string="User.com",
        compute="_compute_usercom_state",
        groups="usercom_connector.group_usercom_user",
    )

    @api.depends_context("company")
    @api.depends("usercom_binding_ids.state", "usercom_binding_ids.backend_id")
    def _compute_usercom_state(self):
        backend = self.env["usercom.backend"].sudo()._of_company()
        bindings = self.env["usercom.binding"].sudo()._of(backend, self)
        for partner in self:
            binding = bindings.get(partner.id)
            partner.usercom_state = binding and binding.state

    _usercom_email_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")

    # ---- every edit counts ----

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if not self.env.context.get("usercom_creating"):
            partners._usercom_touch()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if not self.env.context.get("usercom_linking"):
            self._usercom_touch(vals)
        return result

    def _compute_field_value(self, field):
        result = super()._compute_field_value(field)
        if field.store:
            self._usercom_touch([field.name])
        return result

    def _usercom_touch(self, names=None):
        """Have these contacts sent, if one of the fields ``names`` (None: any) is of concern."""
        tracked = self.env["usercom.backend"]._tracked_fields()
        if tracked and (names is None or not tracked.isdisjoint(names)):
            merged = self.env.context.get("usercom_merged_ids", ())  # the merge looks after them
            real_ids = [
                partner_id
                for partner_id in self._ids
                if isinstance(partner_id, int) and partner_id not in merged
            ]
            self.env["usercom.outbox"]._enqueue_later(real_ids)

    # ---- on demand ----

    def action_usercom_push(self):
        """Queue the chosen contacts for User.com."""
        backend = self._usercom_backend()
        self.env["usercom.binding"].sudo()._revive(backend, self)
        self.env["usercom.outbox"].sudo()._enqueue(self.ids, backend)
        return self._usercom_queued("usercom.outbox")

    def action_usercom_pull(self):
        """Queue a fresh read of the chosen contacts from User.com."""
        self.env["usercom.inbox"].sudo()._put_contacts(self._usercom_backend(), self)
        return self._usercom_queued("usercom.inbox")

    def _usercom_backend(self):
        self.check_access("read")
        backend = self.env["usercom.backend"].sudo()._of_company()
        if backend.state not in ("running", "paused"):
            raise UserError(
                self.env._("User.com is not running for %s.", self.env.company.display_name)
            )
        return backend

    def _usercom_queued(self, queue):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("User.com"),
                "message": self.env._("%s contacts queued.", len(self)),
            },
        }
