"""Which fields may be paired at all, by who may read them.

Queues, errors and reports show the values that travel. So a field that some Users of the connector
may not read is paired by nobody, and a pair stands still once its field becomes such.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from odoo.fields import NO_ACCESS

from .paths import hops, relation
from .summaries import filter_names

USERS = "usercom_connector.group_usercom_user"


def unreadable_problem(mapping: Any) -> str | None:
    """Return why the person who pairs may not read the field, None if they may.

    Constraints run as superuser: the person is the environment's user.
    """
    person = mapping.env.user
    if person._is_superuser():
        return None
    if all(_may_read_field(person, model, field) for model, field in _fields_read(mapping)):
        return None
    problem: str = mapping.env._("You may not read “%s”.", mapping._label())
    return problem


def may_read(person: Any, model: Any, names: list[str]) -> bool:
    """Return whether ``person`` may read all that is read along a path from ``model``."""
    return all(_may_read_field(person, *step) for step in _read_by(model, names))


def _may_read_field(person: Any, model: Any, field: Any) -> bool:
    is_read = model.with_user(person).has_access("read")
    return bool(is_read and (not field.groups or person.has_groups(field.groups)))


def readable_mappings(env: Any) -> Any:
    """Return the pairs whose field the user may read; under sudo, too."""
    mappings = env["usercom.field.mapping"].sudo().search([])
    return mappings.filtered(lambda mapping: not unreadable_problem(mapping))


def readable_kinds(env: Any) -> list[str]:
    """Return the kinds of groups, tags and lists, of which the user may read who is in them."""
    kinds = env["usercom.backend"]._memberships()
    return [pairs._kind for pairs in kinds if pairs._may_be_read()]


def secret_problem(mapping: Any) -> str | None:
    """Return why the values cannot be shown to all Users of the connector, None if they can."""
    env = mapping.env
    read = list(_fields_read(mapping))
    models = {model._name for model, _field in _records_shown(mapping, read)}
    if all(is_open_to_users(env, field.groups) for _model, field in read) and all(
        _is_readable_to_users(env, name) for name in models
    ):
        return None
    problem: str = env._(
        "“%s” is kept from some users of User.com, who would read it in the queues. It cannot "
        "be mapped.",
        mapping._label(),
    )
    return problem


def is_open_to_users(env: Any, groups: str | None) -> bool:
    """Return whether a field with these groups is one that all Users of the connector read."""
    if not groups:
        return True
    if groups == NO_ACCESS:
        return False
    parse = env["res.groups"]._get_group_definitions().parse
    return bool(parse(USERS) <= parse(groups, raise_if_not_found=False))


def _is_readable_to_users(env: Any, model: str) -> bool:
    groups = env["ir.model.access"]._get_access_groups(model)
    parse = env["res.groups"]._get_group_definitions().parse
    return bool(parse(USERS) <= groups)


def _fields_read(mapping: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (model, field) of all that is read for a value: `category_id` and the tag's name.

    For a related field that is what it leads to, for one that is computed for each reader what it
    depends on.
    """
    names = (mapping.path or mapping.field_id.sudo().name or "").split(".")
    yield from _read_by(mapping.env["res.partner"], names)
    if (many := relation(mapping)) is not None:
        for filtered_by in filter_names(mapping):
            yield from _read_by(mapping.env[many.comodel_name], list(filtered_by))


def _records_shown(mapping: Any, read: list[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
    """Return those of what is ``read`` whose records show in the values: a summary shows none."""
    if not mapping.path:
        return ()
    if relation(mapping) is None:
        return read
    return _along(mapping.env["res.partner"], [field.name for field in hops(mapping)])


def _read_by(model: Any, names: list[str]) -> Iterator[tuple[Any, Any]]:
    """Yield (model, field) of what is read along a path, and of what its last field shows."""
    steps = list(_along(model, names))
    yield from steps
    last_model, field = next((s for s in reversed(steps) if s[1].name == names[-1]), (model, None))
    if field is None:
        return
    if field.related or (field.compute and not field.store and not field.compute_sudo):
        for path in last_model.pool.field_depends[field]:
            yield from _along(last_model, path.split("."))


def _along(model: Any, names: Iterable[str]) -> Iterator[tuple[Any, Any]]:
    for name in names:
        field = model._fields.get(name)
        if field is None:
            return
        yield model, field
        if field.comodel_name:
            model = model.env[field.comodel_name]
            yield model, model._fields["display_name"]
