"""Find what User.com names by a text: a choice, a language, a record, a company."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from odoo.fields import Domain
from odoo.tools.sql import escape_psql

from ...usercom import ConversionError, Reason
from ..contacts.creation_lock import CreationLock
from .reader import CODED_MODELS

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
        mapping = self._mapping
        current = partner[mapping.field_name]
        try:
            if mapping.field_type == "selection":
                return bool(find_choice(mapping, value) == current)
            if mapping.field_name == "parent_id" and current.display_name != value:
                return bool(self.find_company(value or "") == current)
            return bool(self.find(partner, value, {}) == current)
        except ConversionError:
            return False


def in_odoos_words(
    mappings: Any, partner: Any, odoo: Mapping[str, Any], remote: Mapping[str, Any]
) -> dict[str, Any]:
    """Return those `remote` values that mean what the contact has, as Odoo spells them.

    User.com's "Poland" and Odoo's "PL" are no difference: {"country": "PL"}.
    """
    return {
        mapping._key(): odoo[mapping._key()]
        for mapping in mappings
        if may_be_spelled_otherwise(mapping)
        and odoo.get(mapping._key()) not in (None, remote.get(mapping._key()))
        and _is_the_same(mapping, partner, odoo[mapping._key()], remote.get(mapping._key()))
    }


def may_be_spelled_otherwise(mapping: Any) -> bool:
    """Return whether Odoo may name otherwise what User.com means, as "PL" and "Poland"."""
    if mapping.conversion:
        return bool(mapping._conversion().allows_spellings)
    return mapping.field_type in ("many2one", "selection") and not mapping.is_consent


def _is_the_same(mapping: Any, partner: Any, odoo: Any, remote: Any) -> bool:
    if mapping.conversion:
        return bool(mapping._conversion().is_alike(odoo, remote))
    return RecordLookup(mapping).is_meant(partner, remote)


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
