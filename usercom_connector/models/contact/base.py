from odoo import api, models

from ...services.contacts.watched_edits import WatchedEdit, watched_fields


class Base(models.AbstractModel):
    """Whatever changes a value of a contact queues the contact.

    Every write of every model passes through here: some of Odoo's own, such as the address that a
    company shares with its people, pass by the methods of ``res.partner``.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if watched := watched_fields(self):
            WatchedEdit(records, watched).created(vals_list)
        return records

    def write(self, vals):
        watched = watched_fields(self)
        if not watched or watched.keys().isdisjoint(vals):
            return super().write(vals)
        edit = WatchedEdit(self, watched)
        edit.about_to_change(
            [name for name in vals if name in watched and self._fields[name].relational]
        )
        result = super().write(vals)
        edit.changed(vals)
        return result

    def unlink(self):
        if watched := watched_fields(self):
            WatchedEdit(self, watched).about_to_change(watched)
        return super().unlink()

    def _compute_field_value(self, field):
        result = super()._compute_field_value(field)
        if watched := watched_fields(self):
            computed = self.pool.field_computed[field]
            if names := [each.name for each in computed if each.store and each.name in watched]:
                WatchedEdit(self, watched).changed(names)
        return result
