from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...services.mapping.requeue import requeue_later
from ...usercom.memberships import LABEL_LIMIT, MOST_LABELS, Label
from ...usercom.texts import is_storable


class UsercomLabel(models.Model):
    """A tag, list or segment of User.com, as last fetched or as a person has named a new one."""

    _name = "usercom.label"
    _inherit = "usercom.guarded"
    _description = "User.com Tag, List or Segment"
    _order = "name, id"
    _fixed_fields = ("backend_id", "kind")
    _is_made_by_people = True

    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("tags", "Tags"), ("segments", "Segments")], required=True, default="tags"
    )
    name = fields.Char(required=True)
    name_key = fields.Char(compute="_compute_name_key", store=True, index=True)
    external_id = fields.Integer("User.com ID", readonly=True, aggregator=False)
    is_gone = fields.Boolean("Gone from User.com", readonly=True)

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

    def _key(self):
        """The name under which it is merged and agreed on who has it; it outlives new names."""
        return f"{self.kind}:{self.id}"

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
        """Make the stored labels of a kind equal to the fetched ones.

        One that vanished stays, marked as gone, while a pair needs it. One of the same name is that
        one, there again.
        """
        known = self.search([("backend_id", "=", backend.id), ("kind", "=", kind)])
        own = known._told_apart(labels)
        missing = [(label.name, label.id or 0) for label in labels if label not in own]
        met, anew = self.browse(), self.browse()
        for label, record in own.items():
            values = {"name": label.name, "external_id": label.id or 0}
            if record.is_gone or record.external_id not in (0, label.id):
                anew += record
            if (record.name, record.external_id) != (label.name, label.id or 0):
                record.write(values)
            met += record
        of = {"backend_id": backend.id, "kind": kind}
        self.create([{**of, "name": name, "external_id": key} for name, key in missing])
        anew._return()
        paired = backend._paired_labels()
        if len(labels) < MOST_LABELS:  # all there are
            ((known - met) & paired).filtered("external_id")._vanish()
        (known - met - paired).unlink()

    def _told_apart(self, labels):
        """``{fetched label: its record}``, by their ids, those not found so by their names."""
        ids = {label.id for label in labels}
        by_id = {record.external_id: record for record in self if record.external_id in ids}
        by_name = {record.name_key: record for record in self if record.external_id not in ids}
        own = {}
        for label in labels:
            if record := by_id.get(label.id) or by_name.pop(label.name.casefold(), None):
                own[label] = record
        return own

    def _vanish(self):
        """Note that User.com has these no more: their pairs rest, and nobody loses anything."""
        gone = self.filtered(lambda label: not label.is_gone)
        gone.is_gone = True
        gone._forget_agreed()

    def _return(self):
        """Have the pairs of these, which are there again, begin anew."""
        self.filtered("is_gone").is_gone = False
        for pairs in self._forget_agreed():
            requeue_later(pairs)

    def _forget_agreed(self):
        """Forget who was agreed to have these; returns their pairs, of each kind a recordset."""
        found = self.backend_id._pairs_of(self) if self else []
        for pairs in found:
            pairs._forget_agreed()
        return found


def _name(vals):
    name = vals.get("name")
    return name.strip() if isinstance(name, str) else name
