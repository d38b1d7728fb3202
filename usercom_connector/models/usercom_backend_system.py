from odoo import fields, models


class UsercomBackend(models.Model):
    """What becomes of the links when an account is moved to another system of User.com."""

    _inherit = "usercom.backend"

    linked_subdomain = fields.Char(
        readonly=True, copy=False, help="The system whose users the contacts are linked to."
    )

    def _authenticated(self, attributes):
        if self.linked_subdomain and self.linked_subdomain != self.subdomain:
            self.sudo()._forget_users()
        self.linked_subdomain = self.subdomain
        return super()._authenticated(attributes)

    def _forget_users(self):
        """Forget the ids of another system: here they are other people's.

        The contacts are matched anew as they are edited or pushed; consents and logs stay.
        """
        ours = [("backend_id", "=", self.id)]
        waiting = [*ours, ("state", "in", ("pending", "failed"))]
        self.env["usercom.outbox"].search([*waiting, ("operation", "!=", "sync")]).unlink()
        self.env["usercom.inbox"].search(waiting).unlink()
        for model in ("usercom.sweep", "usercom.drift"):
            self.env[model].search(ours).unlink()
        under_way = ("previewing", "ready", "running", "paused")
        for sync in self.env["usercom.sync"].search([*ours, ("state", "in", under_way)]):
            sync.action_cancel()
        self.env["usercom.tombstone"].search(ours).external_id = False
        self.env["usercom.binding"].search(ours)._forget()
