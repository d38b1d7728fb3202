"""From a record to the contacts that hold it: an order names its customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from odoo.fields import Domain

from ..mapping.paths import fields_on

CONTACTS = "res.partner"


@dataclass(frozen=True, slots=True)
class LinkBack:
    """The many2one `name` of `model` leads to the records that `path` leads to from a contact.

    The path is "" where these are the contacts themselves.
    """

    model: str
    name: str
    path: str


def link_back(env: Any, path: str, model: str = CONTACTS) -> LinkBack | None:
    """Return how the records at the end of `path` lead back; None if they do not by a many2one.

    A one2many may show some of its records only. One that it shows no more still names its holder.
    """
    way, _dot, _last = path.rpartition(".")
    field = fields_on(env[model], path)[-1]
    if field.type != "one2many" or not field.inverse_name:
        return None
    inverse = env[field.comodel_name]._fields[field.inverse_name]
    if inverse.type != "many2one" or not inverse.store:
        return None
    return LinkBack(field.comodel_name, inverse.name, way)


def holders(env: Any, path: str, record_ids: list[int], model: str = CONTACTS) -> Domain:
    """Return the domain of those of `model` whose `path` leads to one of the records."""
    link = link_back(env, path, model)
    if link is None:
        return Domain(path, "in", record_ids)
    records = env[link.model].sudo().with_context(active_test=False)
    query = records._search(Domain("id", "in", record_ids))
    column = records._field_to_sql(records._table, link.name, query)
    return Domain(link.path or "id", "in", query.subselect(column))


# ---- what an index finds ----


@dataclass(frozen=True, slots=True)
class Way:
    """The way from contacts to records, in two parts. Indexes lead back to the end of `first`.

    Of ``user_id.partner_id`` it is ``user_id``: whose user a contact is has an index, whose
    salesperson a user is has none. It is "" where they lead back to the contacts.
    """

    first: str
    rest: str
    model: str  # where the first part ends

    @property
    def path(self) -> str:
        """Both parts."""
        return ".".join(filter(None, (self.first, self.rest)))

    @classmethod
    def of(cls, env: Any, path: str) -> Way:
        """Return the way that `path` is."""
        names, fields = path.split("."), fields_on(env[CONTACTS], path)
        place = len(fields)
        while place and _finds_few(env, fields[place - 1]):
            place -= 1
        model = fields[place - 1].comodel_name if place else CONTACTS
        return cls(".".join(names[:place]), ".".join(names[place:]), model)


def _finds_few(env: Any, field: Any) -> bool:
    """Return whether an index finds who leads to a record by this field, and mostly a few do.

    A tag, which has one, is mostly held by many.
    """
    if field.type == "one2many":
        field = env[field.comodel_name]._fields[field.inverse_name]
    is_one = field.type in ("many2one", "many2one_reference")
    return bool(is_one and field.store and field.index and not field.company_dependent)
