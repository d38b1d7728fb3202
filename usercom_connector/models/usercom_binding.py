from odoo import api, fields, models


class UsercomBinding(models.Model):
    """The link of one contact with one User.com user, and what both sides last agreed on."""

    _name = "usercom.binding"
    _description = "User.com Link"
    _rec_name = "partner_id"
    _order = "id desc"

    backend_id = fields.Many2one("usercom.backend", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Contact", required=True, ondelete="cascade")
    external_id = fields.Integer("User.com ID", aggregator=False)
    custom_id = fields.Char("Custom ID")
    base = fields.Json("Agreed Values", groups="base.group_system")
    state = fields.Selection(
        [
            ("synced", "Synced"),
            ("pending", "Pending"),
            ("failed", "Failed"),
            ("gone", "Gone from User.com"),
        ],
        required=True,
        default="pending",
    )
    last_error = fields.Text()
    synced_at = fields.Datetime("Last Synced")

    _partner_uniq = models.Constraint(
        "unique (partner_id, backend_id)", "A contact has one link per User.com account."
    )
    _external_id_uniq = models.UniqueIndex(
        "(backend_id, external_id) WHERE external_id > 0",
        "This User.com user is linked to another contact already.",
    )

    @api.model
    def _of(self, backend, partners):
        """``{partner_id: binding}`` of those ``partners`` that have one."""
        found = self.search([("backend_id", "=", backend.id), ("partner_id", "in", partners.ids)])
        return {binding.partner_id.id: binding for binding in found}

    def _agree(self, user_id, user, base, error=None):
        """Both sides now agree on ``base``; ``user`` is None where User.com was not asked."""
        self.ensure_one()
        self.write(
            {
                "external_id": user_id,
                "custom_id": user.custom_id if user else self.custom_id,
                "base": base,
                "state": "failed" if error else "synced",
                "last_error": error,
                "synced_at": fields.Datetime.now(),
            }
        )

    @api.model
    def _disagree(self, backend, partner_ids, key, value):
        """Forget that ``value`` was agreed on: said anew, it has to be weighed anew."""
        links = self.sudo().search(
            [("backend_id", "=", backend.id), ("partner_id", "in", partner_ids)]
        )
        for link in links:
            if link.base and link.base.get(key) == value:
                link.base = {name: known for name, known in link.base.items() if name != key}

    @api.model
    def _ensure(self, backend, partner):
        """The link of ``partner``, created if it has none."""
        return self._of(backend, partner).get(partner.id) or self.create(
            {"backend_id": backend.id, "partner_id": partner.id}
        )

    @api.model
    def _revive(self, backend, partners):
        """Forget users that are gone, so that a push by hand creates them again."""
        gone = self.search(
            [
                ("backend_id", "=", backend.id),
                ("partner_id", "in", partners.ids),
                ("state", "=", "gone"),
            ]
        )
        backend._seen(gone.partner_id).with_context(usercom_linking=True).write(
            {backend._key_field(): False}
        )
        gone.unlink()
