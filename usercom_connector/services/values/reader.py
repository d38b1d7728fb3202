"""How the value of a pair is read from a contact, as plain Python for `export_value`."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from odoo import fields
from odoo.tools import email_split

from ...usercom import split_name
from ...usercom.texts import NAME_PARTS, is_stand_in
from ..contacts.phone_numbers import international
from ..mapping.paths import follower
from .unset_columns import UnsetColumns

CODED_MODELS = {"res.country": "code", "res.country.state": "code", "res.lang": "code"}


def value_reader(mapping: Any) -> Callable[[Any], Any]:
    """Return a function from a contact to the value: records as name or code, unset as None."""
    if not mapping.path:
        return _contact_reader(mapping, mapping.field_name)
    return _path_reader(mapping, mapping.path.split(".")[-1])


def _path_reader(mapping: Any, name: str) -> Callable[[Any], Any]:
    follow, read, field = follower(mapping), _reader(mapping, name), mapping._partner_field()
    unset = UnsetColumns(mapping.env[field.model_name], [name]) if field is not None else ()

    def follow_and_read(partner: Any) -> Any:
        record = follow(partner)
        return read(record) if record and (record, name) not in unset else None

    return follow_and_read


def _contact_reader(mapping: Any, name: str) -> Callable[[Any], Any]:
    if name == "name" and mapping._key() in NAME_PARTS:
        part = NAME_PARTS.index(mapping._key())
        return lambda partner: split_contact_name(partner)[part] or None
    if name == mapping._key() == "email":
        return lambda partner: first_address(partner.email)
    return _reader(mapping, name)


def _reader(mapping: Any, name: str) -> Callable[[Any], Any]:
    """Return a function from the record that has the field to the value."""
    if mapping.conversion == "e164":
        return lambda partner: international(partner, partner[name]) or partner[name]
    if mapping.field_type == "many2one" and mapping.conversion == "table":
        return lambda partner: str(partner[name].id) if partner[name] else None
    if mapping.field_type == "many2one":
        return lambda partner: partner[name][code_field(partner[name])] or None
    if mapping.field_type == "many2many":
        return lambda partner: [n for n in partner[name].mapped("display_name") if n]
    if mapping.field_type == "datetime" and "date" in (mapping.value_type, mapping.conversion):
        return _local_day_reader(mapping, name)
    return itemgetter(name)


def source_path(mapping: Any) -> str:
    """Return the dotted name of what is read: "country_id.code", "category_id.display_name"."""
    field = mapping._partner_field()
    name: str = mapping.path or mapping.field_name
    if field is None or not field.comodel_name:
        return name
    comodel = mapping.env[field.comodel_name]
    return f"{name}.{code_field(comodel) if field.type == 'many2one' else 'display_name'}"


def split_contact_name(partner: Any) -> tuple[str, str]:
    """Return (first, last) name of a contact.

    The name of a company is a last name only. A contact that is only called by its e-mail address
    or phone number has neither.
    """
    name = (partner.name or "").strip()
    if is_stand_in(name, partner.email, partner.phone):
        return "", ""
    return ("", name) if partner.is_company else split_name(name)


def code_field(model: Any) -> str:
    """Return the field by which a record is named to User.com: "PL" for a country."""
    return CODED_MODELS.get(model._name, "display_name")


def first_address(text: Any) -> Any:
    """Return the address to which Odoo writes: "jan@x.pl" of "Jan <jan@x.pl>, ewa@x.pl".

    A text without an address is returned as it is.
    """
    found = email_split(text)
    return found[0] if found else text


def _local_day_reader(mapping: Any, name: str) -> Callable[[Any], Any]:
    """Return a function to the day that a moment has in the time zone of the contact."""

    def local_day(partner: Any) -> Any:
        own = partner.tz if "tz" in partner._fields else None
        zone = own or mapping.backend_id.company_id.partner_id.tz or "UTC"
        local = partner.with_context(tz=zone)
        moment = partner[name]
        return moment and fields.Datetime.context_timestamp(local, moment).date()

    return local_day
