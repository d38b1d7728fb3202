from odoo import api, fields, models

BEFORE_A_WINNER_COUNTS = ("draft", "previewing", "ready")


class UsercomSyncField(models.Model):
    """Which side's value counts where both have one and never agreed before."""

    _name = "usercom.sync.field"
    _inherit = "usercom.guarded"
    _description = "Choice of an Initial Sync"
    _rec_name = "mapping_id"
    _fixed_fields = ("sync_id", "mapping_id")

    sync_id = fields.Many2one(
        "usercom.sync", "Initial Sync", required=True, readonly=True, index=True, ondelete="cascade"
    )
    mapping_id = fields.Many2one(
        "usercom.field.mapping", "Field", required=True, readonly=True, ondelete="cascade"
    )
    winner = fields.Selection(
        [
            ("odoo", "Odoo wins"),
            ("usercom", "User.com wins"),
            ("newest", "The newer change wins"),
            ("skip", "Leave both as they are"),
        ],
        "Which Value Counts",
        required=True,
        default="odoo",
    )
    conflict_count = fields.Integer("Different Values", readonly=True)

    @api.model
    def _offer(self, sync):
        """One choice for each pair that goes both ways; a consent knows none: "no" wins.

        Where the sync goes one way, the side it comes from counts, unless that is changed.
        """
        source = {"export": "odoo", "import": "usercom"}.get(sync.direction)
        sync.field_ids.unlink()
        mappings = sync.backend_id._active_mappings().filtered(
            lambda mapping: mapping.direction == "both" and not mapping.is_consent
        )
        self.create(
            [
                {"sync_id": sync.id, "mapping_id": m.id, "winner": source or m.conflict_policy}
                for m in mappings
            ]
        )

    def write(self, vals):
        """Which value counts cannot be chosen anew while the values are brought together."""
        if not self.env.su:
            self.sync_id._refuse_late(self, vals, ("winner",), BEFORE_A_WINNER_COUNTS)
        return super().write(vals)

    def _policy(self):
        """The policy of the merge: a side to which the sync does not write keeps its value."""
        unwritten = {"export": "usercom", "import": "odoo"}.get(self.sync_id.direction)
        return "skip" if self.winner == unwritten else self.winner

    def _fate(self):
        """What becomes of the different values of this field: "kept" on each side, or one is
        "overwritten" by the other.
        """
        return "kept" if self._policy() == "skip" else "overwritten"

    def _keys(self, fate):
        """The keys of those fields whose values meet this ``fate``."""
        return {choice.mapping_id._key() for choice in self if choice._fate() == fate}

    def _add(self, counts):
        """Count conflicts: ``{key: number}``."""
        for choice in self:
            if found := counts.get(choice.mapping_id._key()):
                choice.conflict_count += found
