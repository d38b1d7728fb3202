"""Whatever changes a value of a contact queues the contact."""

from collections.abc import Collection, Mapping
from typing import Any

from odoo.fields import Domain

from ..own_context import own_context

Watched = Mapping[str, frozenset[str]]


def watched_fields(records: Any) -> Watched:
    """Return {field: paths}: where in contacts the fields of this model are of concern.

    Asked with each write of any record, so what there is to know is cached.
    """
    watched: Watched = records.env["usercom.backend"]._watched_fields().get(records._name, {})
    if key_field := own_context(records.env).linking:  # all else is another app's doing
        return {name: paths for name, paths in watched.items() if name != key_field}
    return watched


class WatchedEdit:
    """An edit of records, of any model, that have watched fields."""

    def __init__(self, records: Any, watched: Watched) -> None:
        self._records = records
        self._env = records.env
        self._watched = watched
        self._are_contacts = records._name == "res.partner"

    def created(self, vals_list: list[dict[str, Any]]) -> None:
        """Queue the new contacts; of other records those contacts that the values link them to."""
        if self._are_contacts:
            if not own_context(self._env).creating:
                self.changed(self._watched)
            return
        fields = self._records._fields
        self.changed({name for vals in vals_list for name in vals if fields[name].relational})

    def changed(self, names: Collection[str]) -> None:
        """Queue, at the end of the transaction, the contacts that then hold these records."""
        records = self._not_merging() if self._are_contacts else self._records
        stored = [record_id for record_id in records._ids if isinstance(record_id, int)]
        for path in self._paths(names) if stored else ():
            self._env["usercom.outbox"]._enqueue_later(stored, path)

    def about_to_change(self, names: Collection[str]) -> None:
        """Queue the contacts that hold these records now: they may be about to lose them."""
        if paths := self._paths(names) - {"id"}:
            domain = Domain.OR(Domain(path, "in", self._records.ids) for path in paths)
            partners = self._env["res.partner"].sudo().with_context(active_test=False)
            self._env["usercom.outbox"]._enqueue_later(partners.search(domain, order="id").ids)

    def _paths(self, names: Collection[str]) -> set[str]:
        return {path for name in names if name in self._watched for path in self._watched[name]}

    def _not_merging(self) -> Any:
        """The contacts but for those that a merge with User.com writes: it looks after them."""
        own = own_context(self._env)
        others = self._records - self._records.browse(own.merged_ids)
        if not own.creating:
            return others
        now = self._env.cr.now()  # what Odoo copies to company and colleagues
        return others.filtered(lambda p: p.create_date and p.create_date < now)
