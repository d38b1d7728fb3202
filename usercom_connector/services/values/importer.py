"""Canonical values become what is written to contacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from odoo.fields import Command, Domain
from odoo.tools import email_split
from odoo.tools.sql import escape_psql

from ...usercom import ConversionError, Reason, import_value, join_name
from ...usercom.merge import remote_base_value
from ...usercom.texts import NAME_PARTS
from ..consents.answers import ConsentField
from ..contacts.creation_lock import CreationLock
from ..memberships import Memberships
from .exporter import CODED_MODELS, first_address, selection_words, split_contact_name
from .problems import value_problem

# ---- what a text names ----

MOST_NAMESAKES = 50


def find_choice(mapping: Any, value: Any) -> Any:
    """Return the key of the selection with this key or label, in any case; False for nothing.

    Raises ConversionError where there is none.
    """
    if not value:
        return False
    wanted = str(value).casefold()
    for key, label in mapping._partner_field()._description_selection(mapping.env):
        if wanted in (str(key).casefold(), label.casefold()):
            return key
    for key, word in selection_words(mapping).items():
        if wanted == word.casefold():
            return key
    if mapping.field_name == "lang" and (language := _find_language(mapping.env, wanted)):
        return language.code
    raise ConversionError(value, Reason.UNKNOWN_CHOICE, choices=[])


def _find_language(env: Any, wanted: str) -> Any:
    """Return the one installed language called so: "pl", "pl-PL", "polish", "polski"."""
    code = wanted.replace("-", "_")
    languages = env["res.lang"].search([("active", "=", True)])
    found = languages.filtered(
        lambda lang: (
            code in (lang.code.casefold(), lang.iso_code.casefold())
            or wanted in lang.name.casefold().split(" / ")
        )
    )
    alike = languages.filtered(lambda lang: lang.code.casefold().split("_")[0] == code)
    return found[:1] or (alike if len(alike) == 1 else found)


class RecordLookup:
    """Finds the records that a many2one or many2many of one pair may hold."""

    def __init__(self, mapping: Any) -> None:
        self._mapping = mapping
        self._backend = mapping.backend_id

    def find(self, partner: Any, value: Any, vals: Mapping[str, Any]) -> Any:
        """Return the one record of this code or name, empty for no value.

        `vals` is what is written to the contact along with it. Raises ConversionError where no
        record or several are called so. A company that is not known yet is created.
        """
        mapping = self._mapping
        comodel = partner.env[mapping._partner_field().comodel_name]
        if not value:
            return comodel
        for known in partner[mapping.field_name]:  # may be shown as "Partner / Gold", named "Gold"
            if known.display_name == value:
                return known
        if mapping.field_name == "parent_id":
            return self.find_company(value) or self._create_company(value)
        return self._find_named(comodel, value, self._scope(partner, vals))

    def of_id(self, partner: Any, value: Any, vals: Mapping[str, Any]) -> Any:
        """Return the record of an id that is a text, as in value tables; empty for no value.

        Raises ConversionError for one that is deleted, or that the account may not know.
        """
        comodel = partner.env[self._mapping._partner_field().comodel_name]
        if not value:
            return comodel
        found = comodel.search(Domain("id", "=", int(value)) & self._scope(partner, vals))
        if not found:
            raise ConversionError(value, Reason.UNKNOWN_CHOICE, choices=[])
        return found

    def _find_named(self, comodel: Any, value: str, scope: Domain) -> Any:
        for name, lang in _names(comodel):
            domain = Domain(name, "=ilike", escape_psql(value)) & scope
            found = comodel.with_context(lang=lang).search(domain, limit=2)
            if len(found) == 1:
                return found.with_context(lang=comodel.env.context.get("lang"))
        if len(found := _displayed_as(comodel, value, scope)) == 1:
            return found
        raise ConversionError(value, Reason.UNKNOWN_CHOICE, choices=[])

    def _scope(self, partner: Any, vals: Mapping[str, Any]) -> Domain:
        """Return who may be meant: nobody of another company, no state of another country."""
        mapping = self._mapping
        company_id = self._backend.company_id.id
        comodel = mapping._partner_field().comodel_name
        own = mapping.env["ir.rule"]._usercom_company_domain(company_id, comodel)
        country = vals.get("country_id") or partner.country_id.id
        if comodel == "res.country.state" and country:
            return own & Domain("country_id", "=", country)
        return own

    def find_company(self, value: str) -> Any:
        """Return the one company of this name, empty if there is none.

        Raises ConversionError where there are several, and for a name such as "Acme, Jan Kowalski"
        that a person of a company is shown by.
        """
        domain = self._backend._partners_of_company() & Domain("is_company", "=", True)
        named = [Domain(n, "=ilike", escape_psql(value)) for n in ("name", "complete_name")]
        found = self._mapping.env["res.partner"].search(domain & Domain.OR(named), limit=2)
        if len(found) > 1 or not found and self._is_person(value):
            raise ConversionError(value, Reason.UNKNOWN_CHOICE, choices=[])
        return found

    def _is_person(self, value: str) -> bool:
        domain = Domain("complete_name", "=ilike", escape_psql(value))
        domain &= self._backend._partners_of_company() & Domain("parent_id", "!=", False)
        return bool(self._mapping.env["res.partner"].search_count(domain, limit=1))

    def _create_company(self, value: str) -> Any:
        CreationLock(self._backend).of_company(value)
        return self._backend._partners().create({"name": value, "is_company": True})

    def is_meant(self, partner: Any, value: Any) -> bool:
        """Return whether the text names what the contact has already: "PL" and "Poland"."""
        current = partner[self._mapping.field_name]
        try:
            return bool(self._meant(partner, value, current) == current)
        except ConversionError:
            return False

    def is_alike(self, partner: Any, one: Any, other: Any) -> bool:
        """Return whether two texts name the same: "PL" and "Poland"."""
        try:
            found = self._meant(partner, one)
            return bool(found) and bool(found == self._meant(partner, other))
        except ConversionError:
            return False

    def _meant(self, partner: Any, value: Any, current: Any = None) -> Any:
        mapping = self._mapping
        if mapping.field_type == "selection":
            return find_choice(mapping, value)
        if mapping.field_name == "parent_id" and not (current and current.display_name == value):
            return self.find_company(value or "")
        return self.find(partner, value, {})


def in_odoos_words(
    mappings: Any,
    partner: Any,
    odoo: Mapping[str, Any],
    remote: Mapping[str, Any],
    base: Mapping[str, Any],
) -> dict[str, Any]:
    """Return those `remote` values that mean what the contact has or had, as Odoo spells them.

    User.com's "Poland" and Odoo's "PL" are no difference: {"country": "PL"}. Nor is "Poland" a
    change there of the "PL" in the `base` that Odoo has changed to "DE" since.
    """
    words = {}
    for mapping in mappings.filtered(lambda each: each._pair().may_be_spelled_otherwise):
        key = mapping._key()
        here, there, before = odoo.get(key), remote.get(key), remote_base_value(base, key)
        if here not in (None, there) and _is_the_same(mapping, partner, here, there):
            words[key] = here
        elif before not in (None, here, there) and _was_the_same(mapping, partner, before, there):
            words[key] = before
    return words


def _is_the_same(mapping: Any, partner: Any, odoo: Any, remote: Any) -> bool:
    if mapping.conversion:
        return bool(mapping._conversion().is_alike(odoo, remote))
    return RecordLookup(mapping).is_meant(partner, remote)


def _was_the_same(mapping: Any, partner: Any, before: Any, remote: Any) -> bool:
    if mapping.conversion:
        return bool(mapping._conversion().is_alike(before, remote))
    return RecordLookup(mapping).is_alike(partner, before, remote)


def _displayed_as(comodel: Any, value: str, scope: Domain) -> Any:
    """Return the records that are shown as `value`.

    A category "Gold" below "Partner" is shown as "Partner / Gold" and named "Gold".
    """
    last = value.replace(" / ", ", ").split(", ")[-1]
    named = Domain(comodel._rec_name or "name", "=ilike", escape_psql(last))
    shown = comodel.search(named & scope, limit=MOST_NAMESAKES)
    return shown.filtered(lambda record: record.display_name == value)


def _names(comodel: Any) -> Iterator[tuple[str, str | None]]:
    """Yield (field, language) by which a record may be named, the strictest first."""
    own = comodel.env.context.get("lang")
    if code := CODED_MODELS.get(comodel._name):
        yield code, own
    yield comodel._rec_name or "name", own
    yield comodel._rec_name or "name", "en_US"


# ---- what is written ----

LONGEST_NAME = 500  # characters: a B-tree index of PostgreSQL takes 2,704 bytes, some letters four
INDEXED = ("name", "email", "parent_id")

Values = dict[str, Any]


class ValueImporter:
    """Turns canonical values into what is written to contacts; made once for many contacts."""

    def __init__(self, mappings: Any, memberships: Memberships | None = None) -> None:
        self._memberships = memberships
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
        if self._memberships and self._memberships.pairs:
            vals = self._memberships.with_commands(vals, values)
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
