"""Which fields, of whatever model, decide what accounts are told about contacts."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from odoo.fields import Domain

from ..values.reader import source_path

Names = tuple[str, ...]
"""A dotted name of a contact's field, split: ``("country_id", "code")``."""


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
    return {names[0] for names in _expressions(Domain(backend._partner_domain()))}


def _sources(backend: Any) -> Iterator[Names]:
    """Yield the names of all that this account reads from a contact."""
    always = (backend._key_field(), "active", "company_id", "is_company", "email")
    yield from ((name,) for name in always)
    for mapping in backend._active_mappings():
        yield tuple(source_path(mapping).split("."))
    yield from _expressions(Domain(backend._partner_domain()))


def _expressions(domain: Domain, prefix: Names = ()) -> Iterator[Names]:
    """Yield the field expressions of ``domain``, split at the dots."""
    for condition in domain.iter_conditions():
        names = (*prefix, *condition.field_expr.split("."))
        yield names
        if condition.operator in ("any", "not any"):
            yield from _expressions(Domain(condition.value), names)
