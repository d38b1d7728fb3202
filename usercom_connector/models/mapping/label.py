from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...usercom.memberships import LABEL_LIMIT, Label
from ...usercom.texts import is_storable


class UsercomLabel(models.Model):
    """A tag of User.com, as last fetched or as a person has named a new one."""

    _name = "usercom.label"
    _inherit = "usercom.guarded"
    _description = "User.com Tag"
    _order = "name, id"
    _fixed_fields = ("backend_id", "kind")

    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection([("tags", "Tags")], required=True, default="tags")
    name = fields.Char(required=True)
    name_key = fields.Char(compute="_compute_name_key", store=True, index=True)
    external_id = fields.Integer("User.com ID", readonly=True, aggregator=False)

    _external_id_uniq = models.UniqueIndex(
        "(backend_id, kind, external_id) WHERE external_id > 0",
        "This tag of User.com is known already.",
    )

    @api.depends("name")
    def _compute_name_key(self):
        for label in self:
            label.name_key = (label.name or "").strip().casefold()

    @api.constrains("name")
    def _check_name(self):
        for label in self:
            if not label.name.strip() or not is_storable(label.name):
                raise ValidationError(self.env._("A tag needs a name."))
            if len(label.name) > LABEL_LIMIT:
                raise ValidationError(
                    self.env._("The name of a tag has at most %s characters.", LABEL_LIMIT)
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([{**vals, "name": _name(vals)} for vals in vals_list])

    def _plain(self):
        """The plain ``Label``."""
        return Label(self.external_id or None, self.name)

    @api.model
    def _store(self, backend, kind, labels):
        """Make the stored labels of a kind equal to the fetched ones; who is paired stays."""
        known = self.search([("backend_id", "=", backend.id), ("kind", "=", kind)])
        by_id = {label.external_id: label for label in known if label.external_id}
        by_name = {label.name_key: label for label in known if not label.external_id}
        met, missing = self.browse(), []
        for label in labels:
            values = {"name": label.name, "external_id": label.id or 0}
            record = by_id.get(label.id) or by_name.pop(label.name.casefold(), None)
            if record is None:
                missing.append({"backend_id": backend.id, "kind": kind, **values})
            elif (record.name, record.external_id) != (label.name, label.id or 0):
                record.write(values)
            met += record or self.browse()
        self.create(missing)
        (known - met - backend._paired_labels()).unlink()


def _name(vals):
    name = vals.get("name")
    return name.strip() if isinstance(name, str) else name
