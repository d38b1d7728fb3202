from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...usercom.memberships import LABEL_LIMIT, Label
from ...usercom.texts import is_storable


class UsercomLabel(models.Model):
    """A tag, list or segment of User.com, as last fetched or as a person has named a new one."""

    _name = "usercom.label"
    _inherit = "usercom.guarded"
    _description = "User.com Tag, List or Segment"
    _order = "name, id"
    _fixed_fields = ("backend_id", "kind")

    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("tags", "Tags"), ("segments", "Segments")], required=True, default="tags"
    )
    name = fields.Char(required=True)
    name_key = fields.Char(compute="_compute_name_key", store=True, index=True)
    external_id = fields.Integer("User.com ID", readonly=True, aggregator=False)

    _external_id_uniq = models.UniqueIndex(
        "(backend_id, kind, external_id) WHERE external_id > 0",
        "It is known already.",
    )

    @api.depends("name")
    def _compute_name_key(self):
        for label in self:
            label.name_key = (label.name or "").strip().casefold()

    @api.constrains("name")
    def _check_name(self):
        for label in self:
            if not label.name.strip() or not is_storable(label.name):
                raise ValidationError(self.env._("The name must not be empty."))
            if len(label.name) > LABEL_LIMIT:
                raise ValidationError(
                    self.env._("A name in User.com has at most %s characters.", LABEL_LIMIT)
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([{**vals, "name": _name(vals)} for vals in vals_list])

    def _plain(self):
        """The plain ``Label``."""
        return Label(self.external_id or None, self.name)

    def _learn_ids(self, labels):
        """Note the ids that these plain ``labels`` of a user have where none is known."""
        ids = {label.name.casefold(): label.id for label in labels if label.id}
        for label in self.filtered(lambda each: not each.external_id and each.name_key in ids):
            same = [("backend_id", "=", label.backend_id.id), ("kind", "=", label.kind)]
            if not self.search_count([*same, ("external_id", "=", ids[label.name_key])], limit=1):
                label.external_id = ids[label.name_key]

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
