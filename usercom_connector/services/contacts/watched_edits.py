"""Whatever changes a value of a contact queues the contact."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from odoo.fields import Domain

from ..mapping.paths import Names, expressions
from ..mapping.summaries import watched_names
from ..memberships import Memberships
from ..own_context import own_context
from ..values.exporter import source_path
from .holders import link_back

# ---- which fields are watched ----


class WatchedFields:
    """Finds out what the values that accounts read from a contact are made of.

    The display name of a tag is read by ``("category_id", "display_name")``: then the contact's
    ``category_id`` is watched, and the tag's ``name``, of which Odoo makes the display name.
    """

    def __init__(self, env: Any) -> None:
        self._env = env
        self._paths: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def of(self, backends: Any) -> dict[str, dict[str, frozenset[str]]]:
        """Return {model: {field: paths}}; a path leads from a contact to the edited record."""
        for names in {names for backend in backends for names in _sources(backend)}:
            self._watch("res.partner", names, ())
        return {
            model: {name: frozenset(paths) for name, paths in fields.items()}
            for model, fields in self._paths.items()
        }

    def _watch(self, model: str, names: Names, path: Names) -> None:
        """Note what the value ``names`` of ``model`` is made of."""
        field = self._env[model]._fields.get(names[0])
        if field is None:
            return
        places, place = self._paths[model][field.name], ".".join(path) or "id"
        if field.store:
            places.add(place)
            if field.comodel_name:
                self._watch_links(field, names[1:], (*path, field.name))
        elif place not in places:
            places.add(place)
            for dotted in self._env.registry.field_depends[field]:
                self._watch(model, tuple(dotted.split(".")), path)

    def _watch_links(self, field: Any, names: Names, path: Names) -> None:
        if field.type in ("one2many", "many2many"):  # they can be edited from their other side
            for inverse in self._env.registry.field_inverses[field]:
                self._paths[inverse.model_name][inverse.name].add(".".join(path))
        if names:
            self._watch(field.comodel_name, names, path)


def filter_fields(backend: Any) -> set[str]:
    """Names of the contact fields that decide who takes part."""
    return {names[0] for names in expressions(Domain(backend._partner_domain()))}


def _sources(backend: Any) -> Iterator[Names]:
    """Yield the names of all that this account reads from a contact."""
    always = (backend._key_field(), "active", "company_id", "is_company", "email")
    yield from ((name,) for name in always)
    for mapping in backend._active_mappings():
        yield tuple(source_path(mapping).split("."))
        yield from watched_names(mapping)
    yield from _company_sources(backend)
    yield from expressions(Domain(backend._partner_domain()))
    yield from ((name,) for name in Memberships(backend).fields)


def _company_sources(backend: Any) -> Iterator[Names]:
    """Yield the names of what this account reads from companies, if it synchronizes any."""
    if backend.sync_companies:
        yield ("commercial_partner_id",)
        yield ((backend.company_id_field_id.sudo().name or "name"),)
        for mapping in backend._active_company_mappings():
            yield tuple(source_path(mapping).split("."))
            yield from watched_names(mapping)


# ---- edits of them ----

HELD = "held"  # in place of a path: contacts that held a record before it changed
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
        given = {name for vals in vals_list for name in vals if fields[name].relational}
        self.changed(given | self._defaults(given))

    def changed(self, names: Collection[str]) -> None:
        """Queue, at the end of the transaction, the contacts that then hold these records."""
        records = self._not_merging() if self._are_contacts else self._records
        stored = [record_id for record_id in records._ids if isinstance(record_id, int)]
        for path in self._paths(names) if stored else ():
            self._env["usercom.outbox"]._enqueue_later(stored, path)

    def about_to_change(self, names: Collection[str]) -> None:
        """Queue the contacts that hold these records now: they may be about to lose them."""
        outbox, searched = self._env["usercom.outbox"], []
        for path in self._paths(names) - {"id"}:
            if link := link_back(self._env, path):
                if held_by := self._records.sudo().mapped(link.name).ids:
                    outbox._enqueue_later(held_by, link.path or "id")
            else:
                searched.append(Domain(path, "in", self._records.ids))
        if searched:
            partners = self._env["res.partner"].sudo().with_context(active_test=False)
            outbox._enqueue_later(partners.search(Domain.OR(searched), order="id").ids, HELD)

    def _paths(self, names: Collection[str]) -> set[str]:
        return {path for name in names if name in self._watched for path in self._watched[name]}

    def _defaults(self, given: set[str]) -> set[str]:
        """The watched links that the new records were given by default."""
        fields = self._records._fields
        names = [name for name in self._watched if fields[name].type == "many2one"]
        return {
            name
            for name in names
            if name not in given
            and not fields[name].compute
            and any(r[name] for r in self._records.sudo())
        }

    def _not_merging(self) -> Any:
        """The contacts but for those that a merge with User.com writes: it looks after them."""
        own = own_context(self._env)
        others = self._records - self._records.browse(own.merged_ids)
        if not own.creating:
            return others
        now = self._env.cr.now()  # what Odoo copies to company and colleagues
        return others.filtered(lambda p: p.create_date and p.create_date < now)
