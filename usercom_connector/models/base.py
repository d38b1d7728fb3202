from odoo import api, models
from odoo.fields import Domain

from ..services.own_context import own_context


class Base(models.AbstractModel):
    """Whatever changes a value of a contact queues the contact.

    Every write of every model passes through here: some of Odoo's own, such as the address that a
    company shares with its people, pass by the methods of ``res.partner``.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if watched := self._usercom_watched():
            records._usercom_touch_created(watched, vals_list)
        return records

    def write(self, vals):
        watched = self._usercom_watched()
        if not watched or watched.keys().isdisjoint(vals):
            return super().write(vals)
        self._usercom_touch_holders(
            watched, [name for name in vals if name in watched and self._fields[name].relational]
        )
        result = super().write(vals)
        self._usercom_touch(watched, vals)
        return result

    def unlink(self):
        if watched := self._usercom_watched():
            self._usercom_touch_holders(watched, watched)
        return super().unlink()

    def _compute_field_value(self, field):
        result = super()._compute_field_value(field)
        if watched := self._usercom_watched():
            computed = self.pool.field_computed[field]
            if names := [each.name for each in computed if each.store and each.name in watched]:
                self._usercom_touch(watched, names)
        return result

    def _usercom_watched(self):
        """``{field: paths}``: where in contacts the fields of this model are of concern."""
        watched = self.env["usercom.backend"]._watched_fields().get(self._name, {})
        if key_field := own_context(self.env).linking:  # all else is another app's doing
            return {name: watched[name] for name in watched if name != key_field}
        return watched

    def _usercom_touch_created(self, watched, vals_list):
        links = {name for vals in vals_list for name in vals if self._fields[name].relational}
        self._usercom_touch(watched, watched if self._name == "res.partner" else links)

    def _usercom_touch(self, watched, names):
        """Queue, at the end of the transaction, the contacts that then hold these records."""
        stored = [record_id for record_id in self._ids if isinstance(record_id, int)]
        for path in self._usercom_paths(watched, names) if stored else ():
            self.env["usercom.outbox"]._enqueue_later(stored, path)

    def _usercom_touch_holders(self, watched, names):
        """Queue the contacts that hold these records now: they may be about to lose them."""
        if paths := self._usercom_paths(watched, names) - {"id"}:
            domain = Domain.OR(Domain(path, "in", self.ids) for path in paths)
            partners = self.env["res.partner"].sudo().with_context(active_test=False)
            self.env["usercom.outbox"]._enqueue_later(partners.search(domain, order="id").ids)

    def _usercom_paths(self, watched, names):
        return {path for name in names if name in watched for path in watched[name]}
