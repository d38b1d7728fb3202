"""The canonical values of contacts are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import SQL, email_split

from odoo.addons.phone_validation.tools.phone_validation import phone_format

from ...usercom import ConversionError, Reason, Rule, split_name
from ...usercom.merge import in_halves, remote_base_value
from ...usercom.texts import NAME_PARTS, digits, is_plain, is_stand_in
from ..database.prefetch import read_together
from ..failures.problem import Problem
from ..mapping.pairs import Pair
from ..mapping.paths import follower
from ..memberships import Memberships
from .problems import value_problem
from .summary import Summary

# ---- phone numbers ----

_CACHED = 8192  # numbers


def international(partner: Any, number: Any) -> str | None:
    """Return the number of a contact in E.164, None where it cannot be told or has more in it.

    "601 111 222" is "+48601111222" for a contact in Poland, or of a company in Poland if it has no
    country. "601 111 222 ext. 3" has more in it.
    """
    if not isinstance(number, str) or not is_plain(number):
        return None
    own = partner.country_id if "country_id" in partner._fields else None
    country = own or partner.env.company.country_id
    return _parsed(number, country.code or "")


@lru_cache(_CACHED)
def _parsed(number: str, country_code: str) -> str | None:
    try:
        result: str = phone_format(number, country_code, None, "E164")
    except UserError:
        return None
    return result if result.startswith("+") and result[1:].isdecimal() else None


class PhoneNumbers:
    """The phone numbers among the values of some pairs.

    The base keeps a number as it was spelled, and not in E.164: "601 111 222" in E.164 is a guess,
    and another one once the contact is given another country.
    """

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self._keys = [pair.key for pair in pairs if pair.is_phone]

    def spelled_as(
        self, partner: Any, values: Mapping[str, Any], known: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return {key: known number} for those `values` that are the same number as in `known`."""
        return {
            key: known[key]
            for key in self._keys
            if key in values and key in known and self._is_same(partner, values[key], known[key])
        }

    def align(
        self,
        partner: Any,
        base: Mapping[str, Any],
        odoo: dict[str, Any],
        remote: dict[str, Any],
    ) -> None:
        """Spell numbers of `odoo` and `remote` as in `base`, where they differ in spelling only.

        Where both sides have the same number, Odoo's is spelled as User.com's already.
        """
        for key in self._keys:
            if key in odoo and key in remote and odoo[key] != remote[key]:
                there = remote_base_value(base, key)
                odoo |= self.spelled_as(partner, {key: odoo[key]}, {key: base.get(key)})
                remote |= self.spelled_as(partner, {key: remote[key]}, {key: there})

    def _is_same(self, partner: Any, one: Any, other: Any) -> bool:
        if one == other or not (isinstance(one, str) and isinstance(other, str)):
            return False  # no two spellings of one number
        known = international(partner, one), international(partner, other)
        if None not in known:
            return known[0] == known[1]
        if is_plain(one) and is_plain(other):
            return digits(one) == digits(other)
        return one.casefold().split() == other.casefold().split()


# ---- numbers and checkboxes that nobody has entered ----

TYPES = ("integer", "float", "monetary", "boolean")


class UnsetColumns:
    """Which of the fields `names` are NULL; one query for all records that are read together.

    The records are contacts, or what the contacts lead to. Only numbers and checkboxes with a
    column of their own are looked up.
    """

    def __init__(self, model: Any, names: Iterable[str]) -> None:
        fields = model._fields
        self._names = [name for name in names if name in fields and _may_be_null(fields[name])]
        self._unset: dict[int, set[str]] = {}

    def may_have(self, name: str) -> bool:
        """Return whether any record can be among them with this field."""
        return name in self._names

    def __contains__(self, item: tuple[Any, str]) -> bool:
        """Return whether (record, field name) is unset."""
        record, name = item
        if name not in self._names or not isinstance(record.id, int):
            return False
        if record.id not in self._unset:
            self._look_up(record)
        return name in self._unset[record.id]

    def _look_up(self, record: Any) -> None:
        ids = read_together(record, self._unset)
        model = record.browse()
        model.flush_model(self._names)
        columns = SQL(", ").join(SQL("%s IS NULL", SQL.identifier(name)) for name in self._names)
        rows = model.env.execute_query(
            SQL(
                "SELECT id, %s FROM %s AS record WHERE id = ANY(%s)",
                columns,
                model._table_sql,
                ids,
            )
        )
        self._unset |= {record_id: set() for record_id in ids}
        for record_id, *is_null in rows:
            pairs = zip(self._names, is_null, strict=True)
            self._unset[record_id] = {name for name, unset in pairs if unset}


def _may_be_null(field: Any) -> bool:
    is_column = field.store and field.column_type and not field.company_dependent
    return bool(is_column and field.type in TYPES)


# ---- addresses that User.com would refuse ----

# Looser than any standard, so that it refuses nothing which anybody delivers to. It is for what
# people type by mistake: "jan@", "jan@example", "jan@example..org", "none".
_ADDRESS = re.compile(r"[^@\s]+@([^@\s.]+\.)+[^@\s.]+")


def email_problem(mappings: Any, partner: Any, values: Mapping[str, Any]) -> Problem | None:
    """Return what is wrong with the address among the canonical `values` of a contact.

    Only what is sent is checked: an address that User.com has corrected is still taken from there.
    """
    email = values.get("email")
    if not email or _ADDRESS.fullmatch(email):
        return None
    sent = mappings.filtered(lambda m: m._key() == "email" and m.direction != "import")
    if not sent:
        return None
    typed = partner[sent.field_name]
    return value_problem(sent, partner, ConversionError(typed, Reason.INVALID_EMAIL))


# ---- how the value of a pair is read ----

CODED_MODELS = {"res.country": "code", "res.country.state": "code", "res.lang": "code"}


def value_reader(mapping: Any) -> Callable[[Any], Any]:
    """Return a function from a contact to the value: records as name or code, unset as None."""
    pair: Pair = mapping._pair()
    if mapping.summary:
        return _summary_reader(mapping, pair)
    if not mapping.path:
        return _contact_reader(mapping, pair, pair.field_name)
    return _path_reader(mapping, pair, mapping.path.split(".")[-1])


def _path_reader(mapping: Any, pair: Pair, name: str) -> Callable[[Any], Any]:
    follow, read, field = follower(mapping), _reader(mapping, pair, name), mapping._partner_field()
    unset = UnsetColumns(mapping.env[field.model_name], [name]) if field is not None else ()

    def follow_and_read(partner: Any) -> Any:
        record = follow(partner)
        return read(record) if record and (record, name) not in unset else None

    return follow_and_read


def _summary_reader(mapping: Any, pair: Pair) -> Callable[[Any], Any]:
    summary, is_day = Summary(mapping), _is_read_as_day(mapping, pair)
    return lambda p: _local_day(mapping, p, summary(p)) if is_day else summary(p)


def _contact_reader(mapping: Any, pair: Pair, name: str) -> Callable[[Any], Any]:
    if name == "name" and pair.key in NAME_PARTS:
        part = NAME_PARTS.index(pair.key)
        return lambda partner: split_contact_name(partner)[part] or None
    if name == pair.key == "email":
        return lambda partner: first_address(partner.email)
    return _reader(mapping, pair, name)


def _reader(mapping: Any, pair: Pair, name: str) -> Callable[[Any], Any]:
    """Return a function from the record that has the field to the value."""
    if mapping.conversion == "e164":
        return lambda partner: international(partner, partner[name]) or partner[name]
    if pair.field_type == "selection" and not mapping.conversion:
        words = selection_words(mapping)
        return lambda record: words.get(record[name], record[name])
    if pair.field_type == "many2one" and mapping.conversion == "table":
        return lambda partner: str(partner[name].id) if partner[name] else None
    if pair.field_type == "many2one":
        return lambda partner: partner[name][code_field(partner[name])] or None
    if pair.field_type == "many2many":
        return lambda partner: [n for n in partner[name].mapped("display_name") if n]
    if _is_read_as_day(mapping, pair):
        return lambda partner: _local_day(mapping, partner, partner[name])
    return itemgetter(name)


def selection_words(mapping: Any) -> dict[str, str]:
    """Return {key: how it is sent}: the label where the choices of User.com are labels, not keys.

    A label may be in the company's language or in English, and in upper or lower case.
    """
    field, choices = mapping._partner_field(), mapping.attribute_id.choices or ()
    if field is None:
        return {}
    words = {key: key for key, _label in field._description_selection(mapping.env)}
    if mapping.value_type != "fixed" or not words.keys().isdisjoint(choices):
        return words
    spelled = {choice.casefold(): choice for choice in choices}
    for language in ("en_US", mapping.backend_id.sudo()._language()):
        env = mapping.with_context(lang=language).env
        for key, label in field._description_selection(env):
            words[key] = spelled.get(label.casefold(), words[key])
    return words


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


def _is_read_as_day(mapping: Any, pair: Pair) -> bool:
    return pair.field_type == "datetime" and "date" in (mapping.value_type, mapping.conversion)


def _local_day(mapping: Any, partner: Any, moment: Any) -> Any:
    """Return the day that a moment has in the time zone of the contact."""
    own = partner.tz if "tz" in partner._fields else None
    zone = own or mapping.backend_id.company_id.partner_id.tz or "UTC"
    local = partner.with_context(tz=zone)
    return moment and fields.Datetime.context_timestamp(local, moment).date()


# ---- the values of contacts ----


class ValueExporter:
    """Reads the canonical values of contacts; made once for many contacts.

    What a pair needs (its hook `_value_exporter`, its key) is looked up when it is made, NULL
    columns once for all contacts that are prefetched together.
    """

    def __init__(self, mappings: Any, memberships: Memberships | None = None) -> None:
        self.pairs: list[Pair] = mappings._pairs()
        self.phones = PhoneNumbers(self.pairs)
        self._memberships = memberships if memberships and memberships.pairs else None
        self._unset = UnsetColumns(
            mappings.env["res.partner"],
            [pair.field_name for pair in self.pairs if not pair.rule.consent],
        )
        self._readers = [
            (mapping, pair, mapping._value_exporter(), self._unset.may_have(pair.field_name))
            for mapping, pair in zip(mappings, self.pairs, strict=True)
        ]
        self._has_name = sum(pair.rule.is_name_part for pair in self.pairs) == len(NAME_PARTS)

    def rules(self) -> list[Rule]:
        """By what the values are merged."""
        memberships = self._memberships.rules if self._memberships else []
        return [*(pair.rule for pair in self.pairs), *memberships]

    def __call__(
        self, partner: Any, known: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], list[str]]:
        """Return ({key: canonical value}, [problems]) of a contact.

        A value that cannot be converted is left out, and a sentence in the problems says why. With
        `known` values, a name is split where they split it, and a phone number that is the same is
        spelled as they spell it.
        """
        values, problems = self._read(partner)
        if known and self._has_name and values.keys() >= set(NAME_PARTS):
            values |= in_halves(values, known)
        if known:
            values |= self.phones.spelled_as(partner, values, known)
        return values | (self._memberships.values(partner) if self._memberships else {}), problems

    def _read(self, partner: Any) -> tuple[dict[str, Any], list[str]]:
        values: dict[str, Any] = {}
        problems: list[str] = []
        for mapping, pair, value_of, may_be_unset in self._readers:
            try:
                is_unset = may_be_unset and (partner, pair.field_name) in self._unset
                value = None if is_unset else value_of(partner)
                values[pair.key] = pair.when_empty if value is None else value
            except ConversionError as error:
                problems.append(value_problem(mapping, partner, error))
        return values, problems
