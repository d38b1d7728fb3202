"""Turn canonical values into what is written to contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odoo.fields import Command
from odoo.tools import email_split

from ...usercom import ConversionError, Reason, import_value, join_name
from ...usercom.texts import NAME_PARTS
from ..consents.field import ConsentField
from .lookup import RecordLookup, find_choice
from .problems import value_problem
from .reader import first_address, split_contact_name

LONGEST_NAME = 500  # characters: a B-tree index of PostgreSQL takes 2,704 bytes, some letters four
INDEXED = ("name", "email", "parent_id")

Values = dict[str, Any]


class ValueImporter:
    """Turns canonical values into what is written to contacts; made once for many contacts."""

    def __init__(self, mappings: Any) -> None:
        # The country is read first: a state is looked for in the country that comes with it.
        ordered = mappings.sorted(lambda mapping: mapping.field_name != "country_id")
        self._pairs = [(m, m._key(), m._is_name_part()) for m in ordered]

    def __call__(
        self, partner: Any, values: Mapping[str, Any], named: str | None = None
    ) -> tuple[Values, list[str], set[str]]:
        """Return ({field: value to write}, [problems], {keys of values that were refused}).

        `values` is {key: canonical value}. For a contact still to be created, `partner` is empty
        and `named` is what the problems call it.
        """
        vals: Values = {}
        problems: list[str] = []
        refused: set[str] = set()
        name_parts: dict[str, str] = {}
        for mapping, key, is_name_part in self._pairs:
            if key not in values:
                continue
            try:
                if is_name_part:
                    name_parts[key] = check_length(mapping, values[key]) or ""
                else:
                    vals |= mapping._odoo_value(partner, values[key], vals)
            except ConversionError as error:
                problems.append(value_problem(mapping, named or partner, error))
                refused.add(key)
        return vals | _whole_name(partner, name_parts), problems, refused


def odoo_value(mapping: Any, partner: Any, value: Any, vals: Values) -> Values:
    """Return {field: value to write} for a canonical value, see the hook `_odoo_value`."""
    name: str = mapping.field_name
    value = import_value(mapping._conversion().to_odoo(value), mapping.field_type)
    value = check_length(mapping, value)
    if mapping.is_consent:
        return {name: ConsentField(mapping).to_odoo(value)}
    if mapping.field_type == "many2one":
        lookup = RecordLookup(mapping)
        find = lookup.of_id if mapping.conversion == "table" else lookup.find
        return {name: find(partner, value, vals).id}
    if mapping.field_type == "many2many":
        lookup = RecordLookup(mapping)
        found = [lookup.find(partner, text, vals).id for text in value or ()]
        return {name: [Command.set(found)]}
    if mapping.field_type == "selection":
        return {name: find_choice(mapping, value)}
    if name == mapping._key() == "email":
        return {name: with_first_address(partner.email, value)}
    return {name: value}


def check_length(mapping: Any, value: Any) -> Any:
    """Return the value. Raises ConversionError for a text that its column or index cannot hold."""
    field = mapping._partner_field()
    is_indexed = field.index or mapping.field_name in INDEXED
    limit = getattr(field, "size", None) or (LONGEST_NAME if is_indexed else None)
    if limit and isinstance(value, str) and len(value) > limit:
        raise ConversionError(value, Reason.TOO_LONG, limit=limit)
    return value


def with_first_address(text: Any, address: Any) -> Any:
    """Return `text` with `address` in place of the first one, which is all that User.com knows.

    "jan@x.pl, ewa@x.pl" with "jan@y.pl" is "jan@y.pl, ewa@x.pl".
    """
    first = first_address(text) if len(email_split(text or "")) > 1 else None
    if not first:
        return address
    replaced = text.replace(first, address or "", 1)
    return replaced if address else replaced.lstrip(",; ")


def _whole_name(partner: Any, parts: dict[str, str]) -> Values:
    """Return the full name with its new parts; {} where it would be empty or a company's."""
    if not parts:
        return {}
    known = dict(zip(NAME_PARTS, split_contact_name(partner), strict=True)) | parts
    name = join_name(*(known[part] for part in NAME_PARTS))
    return {"name": name} if name and not partner.is_company else {}
