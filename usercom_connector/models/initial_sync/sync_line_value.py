from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...services.contacts.texts import ValueTexts


class UsercomSyncLineValue(models.AbstractModel):
    """The values of a person that differ: whose the choice is, and which are overwritten.

    Both are ``{key: [in Odoo, in User.com]}``. What the choice for a field decides is in
    ``conflicts``; what goes by the field mapping alone is in ``overwritten``, and after the run
    all that was.
    """

    _name = "usercom.sync.line.value"
    _description = "User.com Different Values of a Person"

    conflicts = fields.Json("Different Values")
    overwritten = fields.Json("Overwritten Values")
    overwrites = fields.Integer("Number of Overwritten Values", aggregator="sum")
    details = fields.Char("Odoo ≠ User.com", compute="_compute_details")
    is_overwritten = fields.Boolean(
        "Values Overwritten", compute="_compute_fate", search="_search_is_overwritten"
    )
    is_kept = fields.Boolean(
        "Values Stay Different", compute="_compute_fate", search="_search_is_kept"
    )

    @api.depends("conflicts", "overwritten")
    def _compute_details(self):
        texts = ValueTexts(self.env)
        for line in self:
            values = (line.conflicts or {}) | (line.overwritten or {})
            line.details = texts.differences(line.sync_id.backend_id, values)

    @api.depends("conflicts", "overwrites", "sync_id.state", "sync_id.field_ids.winner")
    def _compute_fate(self):
        for line in self:
            keys = line.conflicts or {}
            kept = line.sync_id.field_ids._keys("kept")
            is_open = line.sync_id.state == "ready" and not keys.keys() <= kept
            line.is_overwritten = bool(line.overwrites) or is_open
            line.is_kept = not kept.isdisjoint(keys)

    def _search_is_overwritten(self, operator, value):
        if operator != "in":
            return NotImplemented
        chosen = self._with_fate("overwritten", [("sync_id.state", "=", "ready")])
        return Domain("overwrites", ">", 0) | chosen

    def _search_is_kept(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._with_fate("kept", [])

    @api.model
    def _with_fate(self, fate, condition):
        """The lines with different values of a field for which this ``fate`` is chosen."""
        choices = self.env["usercom.sync.field"].search([("conflict_count", ">", 0), *condition])
        return Domain.OR(
            Domain("sync_id", "=", sync.id) & _has_any(list(keys))
            for sync, of_sync in choices.grouped("sync_id").items()
            if (keys := of_sync._keys(fate))
        )


def _has_any(keys):
    """The lines in whose ``conflicts`` there is one of ``keys``."""

    def to_sql(_model, alias, _query):
        return SQL("%s ?| %s", SQL.identifier(alias, "conflicts"), keys)

    return Domain.custom(
        to_sql=to_sql, predicate=lambda line: not set(keys).isdisjoint(line.conflicts or {})
    )
