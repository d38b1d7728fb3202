from operator import itemgetter

from odoo import fields, models
from odoo.fields import Command, Domain
from odoo.tools import email_split
from odoo.tools.sql import escape_psql

from ..services.contact_names import by_id
from ..services.phone_numbers import PhoneNumbers, international
from ..usercom import (
    ConversionError,
    Reason,
    export_value,
    import_value,
    join_name,
    split_name,
)
from ..usercom.merge import in_halves
from ..usercom.names import NAME_PARTS, is_stand_in
from ..usercom.records import LONGEST_KEY
from ..usercom.storable import storable
from .unset_columns import UnsetColumns

MOST_NAMESAKES = 50
CODED_MODELS = {"res.country": "code", "res.country.state": "code", "res.lang": "code"}
LONGEST_NAME = 500  # characters: a B-tree index of PostgreSQL takes 2,704 bytes, some letters four


class UsercomFieldMapping(models.Model):
    """How the values of a mapping are read from contacts and written to them."""

    _inherit = "usercom.field.mapping"

    # ---- Odoo to User.com ----

    def _exporter(self):
        """A function from a contact to ``({key: canonical value}, [problem])``.

        It looks all up but once for many contacts. A value that cannot be carried over is left out
        and told in a problem. A name is split where the ``known`` values split it, if given, and
        a phone number is spelled as they spell it.
        """
        ways = [(mapping, mapping._key(), mapping._value_exporter()) for mapping in self]

        unset = UnsetColumns(self.env["res.partner"], self._plain_fields())
        has_name = sum(mapping._is_name_part() for mapping in self) == len(NAME_PARTS)
        phones = PhoneNumbers(self)

        def export(partner, known=None):
            values, problems = {}, []
            for mapping, key, value_of in ways:
                try:
                    is_unset = (partner, mapping.field_name) in unset
                    values[key] = None if is_unset else value_of(partner)
                except ConversionError as error:
                    problems.append(mapping._problem(partner, error))
            if has_name and known and values.keys() >= set(NAME_PARTS):
                values |= in_halves(values, known)
            if known:
                values |= phones.spelled_as(partner, values, known)
            return values, problems

        return export

    def _plain_fields(self):
        """The stored fields of these pairs that are no consents, each with a column of its own."""
        names = (self - self.filtered("is_consent")).mapped("field_name")
        known = self.env["res.partner"]._fields
        return [
            n for n in names if n in known and known[n].store and not known[n].company_dependent
        ]

    def _value_exporter(self):
        """A function from a contact to the canonical value.

        A hook: the function is asked for once and called for many contacts. It raises
        ConversionError for a value that cannot be carried over.
        """
        if self.is_consent:
            return self._consent_value
        read, field_type, attribute = self._reader(), self.field_type, self._as_attribute()
        return lambda partner: export_value(read(partner), field_type, attribute)

    def _reader(self):
        """A function from a contact to plain Python: records as name or code, unset as None."""
        name = self.field_name
        if self._is_name_part():
            part = NAME_PARTS.index(self._key())
            return lambda partner: self._split_name(partner)[part] or None
        if name == self._key() == "email":
            return lambda partner: _first_address(partner.email)
        if self.is_phone and self.phone_format == "e164":
            return lambda partner: international(partner, partner[name]) or partner[name]
        if self.field_type == "many2one":
            return lambda partner: partner[name][self._code_field(partner[name])] or None
        if self.field_type == "many2many":
            return lambda partner: [n for n in partner[name].mapped("display_name") if n]
        if self.field_type == "datetime" and self.value_type == "date":
            return self._local_day
        return itemgetter(name)

    def _local_day(self, partner):
        """The day on which the moment is where the contact lives."""
        moment, zone = (
            partner[self.field_name],
            partner.tz or self.backend_id.company_id.partner_id.tz,
        )
        local = partner.with_context(tz=zone or "UTC")
        return moment and fields.Datetime.context_timestamp(local, moment).date()

    def _source(self):
        """The dotted name of what ``_reader`` reads."""
        field = self._partner_field()
        if field is None or not field.comodel_name:
            return self.field_name
        comodel = self.env[field.comodel_name]
        value = self._code_field(comodel) if field.type == "many2one" else "display_name"
        return f"{self.field_name}.{value}"

    def _is_name_part(self):
        return self.field_name == "name" and self._key() in NAME_PARTS

    def _split_name(self, partner):
        """First and last name of a person; a company's name stands whole as the last name."""
        name = (partner.name or "").strip()
        if is_stand_in(name, partner.email, partner.phone):
            return "", ""  # what a nameless person of User.com is called by in Odoo
        return ("", name) if partner.is_company else split_name(name)

    def _code_field(self, record):
        return CODED_MODELS.get(record._name, "display_name")

    # ---- User.com to Odoo ----

    def _importer(self):
        """A function from a contact and canonical values to what to write to it.

        It returns ``({field: value}, [problem], {refused key})`` and looks all up but once for many
        contacts. A contact may be empty: one still to be created, ``named`` so.
        """
        # A state is looked for in the country that comes with it.
        ordered = self.sorted(lambda mapping: mapping.field_name != "country_id")
        ways = [(mapping, mapping._key(), mapping._is_name_part()) for mapping in ordered]

        def read(partner, values, named=None):
            vals, problems, refused, name_parts = {}, [], set(), {}
            for mapping, key, is_name_part in ways:
                if key in values:
                    try:
                        if is_name_part:
                            name_parts[key] = mapping._of_length(values[key]) or ""
                        else:
                            vals |= mapping._odoo_value(partner, values[key], vals)
                    except ConversionError as error:
                        problems.append(mapping._problem(named or partner, error))
                        refused.add(key)
            return vals | self._whole_name(partner, name_parts), problems, refused

        return read

    def _odoo_value(self, partner, value, vals):
        """``{field: value to write}`` for the canonical ``value``.

        A hook. ``partner`` may be empty: a contact still to be created. ``vals`` is what the pairs
        before this one write. Raises ConversionError for a value that cannot be carried over.
        """
        value = self._of_length(import_value(value, self.field_type))
        if self.is_consent:
            return {self.field_name: self._consent_to_odoo(value)}
        if self.field_type == "many2one":
            return {self.field_name: self._find_record(partner, value, vals).id}
        if self.field_type == "many2many":
            found = [self._find_record(partner, name, vals).id for name in value or ()]
            return {self.field_name: [Command.set(found)]}
        if self.field_type == "selection":
            return {self.field_name: self._find_choice(value)}
        if self.field_name == self._key() == "email":
            return {self.field_name: _with_first_address(partner.email, value)}
        return {self.field_name: value}

    def _of_length(self, value):
        """The ``value``. Raises ConversionError for a text that its column or index cannot hold."""
        field = self._partner_field()
        is_indexed = field.index or self.field_name in ("name", "email", "parent_id")
        limit = getattr(field, "size", None) or (LONGEST_NAME if is_indexed else None)
        if limit and isinstance(value, str) and len(value) > limit:
            raise ConversionError(value, Reason.TOO_LONG, limit=limit)
        return value

    def _whole_name(self, partner, parts):
        """The name with its new ``parts``; a contact never loses its name altogether."""
        if not parts:
            return {}
        known = dict(zip(NAME_PARTS, self._split_name(partner), strict=True)) | parts
        name = join_name(*(known[part] for part in NAME_PARTS))
        return {"name": name} if name and not partner.is_company else {}

    def _find_choice(self, value):
        if not value:
            return False
        wanted = str(value).casefold()
        for key, label in self._partner_field()._description_selection(self.env):
            if wanted in (str(key).casefold(), label.casefold()):
                return key
        if self.field_name == "lang" and (language := self._find_language(wanted)):
            return language.code
        raise ConversionError(value, Reason.UNKNOWN_CHOICE, choices=[])

    def _find_language(self, wanted):
        """The one installed language called so: ``pl``, ``pl-PL``, ``polish``, ``polski``."""
        code = wanted.replace("-", "_")
        languages = self.env["res.lang"].search([("active", "=", True)])
        found = languages.filtered(
            lambda lang: (
                code in (lang.code.casefold(), lang.iso_code.casefold())
                or wanted in lang.name.casefold().split(" / ")
            )
        )
        alike = languages.filtered(lambda lang: lang.code.casefold().split("_")[0] == code)
        return found[:1] or (alike if len(alike) == 1 else found)

    def _find_record(self, partner, value, vals):
        """The record that User.com's text names by code or by name; exactly one must."""
        comodel = partner.env[self._partner_field().comodel_name]
        if not value:
            return comodel
        for known in partner[self.field_name]:  # "Partner / Gold" is no name
            if known.display_name == value:
                return known
        if self.field_name == "parent_id":
            return self._companies_named(value) or self._create_company(value)
        scope = self._scope(partner, vals)
        for name, lang in self._names(comodel):
            domain = Domain(name, "=ilike", escape_psql(value)) & scope
            found = comodel.with_context(lang=lang).search(domain, limit=2)
            if len(found) == 1:
                return found.with_context(lang=comodel.env.context.get("lang"))
        if len(found := self._displayed_as(comodel, value, scope)) == 1:
            return found
        raise ConversionError(value, Reason.UNKNOWN_CHOICE, choices=[])

    def _displayed_as(self, comodel, value, scope):
        """The records that are shown as ``value``, which may tell more than their name.

        A category "Gold" below "Partner" is shown as "Partner / Gold".
        """
        last = value.replace(" / ", ", ").split(", ")[-1]
        named = Domain(comodel._rec_name or "name", "=ilike", escape_psql(last))
        shown = comodel.search(named & scope, limit=MOST_NAMESAKES)
        return shown.filtered(lambda record: record.display_name == value)

    def _scope(self, partner, vals):
        """Who is meant by a name: nobody of another company, no state of another country."""
        company_id = self.backend_id.company_id.id
        comodel = self._partner_field().comodel_name
        own = self.env["ir.rule"]._usercom_company_domain(company_id, comodel)
        country = vals.get("country_id") or partner.country_id.id
        if comodel == "res.country.state" and country:
            return own & Domain("country_id", "=", country)
        return own

    def _names(self, comodel):
        """``(field, language)`` under which a record may be named, the strictest first."""
        own = comodel.env.context.get("lang")
        if code := CODED_MODELS.get(comodel._name):
            yield code, own
        yield comodel._rec_name or "name", own
        yield comodel._rec_name or "name", "en_US"

    def _companies_named(self, value):
        """The one company of this name. Raises ConversionError where there are several."""
        domain = self.backend_id._partners_of_company() & Domain("is_company", "=", True)
        named = [Domain(n, "=ilike", escape_psql(value)) for n in ("name", "complete_name")]
        found = self.env["res.partner"].search(domain & Domain.OR(named), limit=2)
        if len(found) > 1 or not found and self._is_person_named(value):
            raise ConversionError(value, Reason.UNKNOWN_CHOICE, choices=[])
        return found

    def _is_person_named(self, value):
        """Whether a contact is shown as ``value``, "Acme, Jan Kowalski": that is no company."""
        domain = Domain("complete_name", "=ilike", escape_psql(value))
        is_long = Domain("parent_id", "!=", False)
        ours = self.backend_id._partners_of_company()
        return bool(self.env["res.partner"].search_count(ours & domain & is_long, limit=1))

    def _create_company(self, value):
        self.backend_id._hold_back_company(value)
        return self.backend_id._partners().create({"name": value, "is_company": True})

    def _is_told_by(self, user):
        """Whether ``user`` says anything, be it nothing, of this pair's attribute."""
        return self._key() in user.values or (self._is_name_part() and "name" in user.values)

    # ---- one thing, two spellings ----

    def _has_own_words(self):
        """Whether Odoo may name otherwise what User.com means: PL and Poland."""
        return self.field_type in ("many2one", "selection") and not self.is_consent

    def _in_odoos_words(self, partner, odoo, remote):
        """The ``remote`` values that mean what ``partner`` has, as Odoo spells them."""
        return {
            mapping._key(): odoo[mapping._key()]
            for mapping in self
            if mapping._has_own_words()
            and odoo.get(mapping._key()) not in (None, remote.get(mapping._key()))
            and mapping._means(partner, remote.get(mapping._key()))
        }

    def _means(self, partner, value):
        current = partner[self.field_name]
        try:
            if self.field_type == "selection":
                return self._find_choice(value) == current
            if self.field_name == "parent_id" and current.display_name != value:
                return self._companies_named(value or "") == current
            return self._find_record(partner, value, {}) == current
        except ConversionError:
            return False

    def _partner_field(self):
        return self.env["res.partner"]._fields.get(self.field_name)

    # ---- telling what went wrong ----

    def _unreadable_problems(self, user, errors):
        """One problem for each value of ``user`` that could not be read, or not be kept."""
        named = user.email or str(user.id)
        problems = [m._problem(named, errors[m._key()]) for m in self if m._key() in errors]
        custom_id = user.values.get("custom_id")
        if isinstance(custom_id, str) and len(custom_id) > LONGEST_KEY:
            problems.append(self._custom_id_problem(named, custom_id))
        return problems

    def _custom_id_problem(self, contact, value):
        return self.env._(
            "%(contact)s: the custom ID “%(value)s” is longer than %(limit)s characters. It is "
            "not kept; give the user a shorter one in User.com.",
            contact=contact,
            value=storable(value[:80]),
            limit=LONGEST_KEY,
        )

    def _ignored_problems(self, partner, ignored):
        """One problem for each value that User.com took without keeping it."""
        return [
            self.env._(
                "%(contact)s: User.com did not keep “%(field)s”, value “%(value)s”.",
                contact=by_id(partner),
                field=mapping.field_id.field_description,
                value=str(ignored[mapping._key()])[:80],
            )
            for mapping in self
            if mapping._key() in ignored
        ]

    def _problem(self, contact, error):
        """One sentence that names contact, field, value and reason."""
        return self.env._(
            "%(contact)s: “%(field)s” could not be carried over, value “%(value)s”: %(reason)s.",
            contact=contact if isinstance(contact, str) else by_id(contact),
            field=self.field_id.field_description,
            value=storable(str(error.value))[:80],
            reason=self._reason(error),
        )

    def _reason(self, error):
        limit = error.detail.get("limit")
        return {
            Reason.TOO_LONG: self.env._("longer than %s characters", limit),
            Reason.UNKNOWN_CHOICE: self.env._("not one of the known choices"),
            Reason.NOT_A_DATE: self.env._("not a date"),
            Reason.NOT_A_NUMBER: self.env._("not a number"),
            Reason.OUT_OF_RANGE: self.env._("out of range"),
            Reason.NOT_A_BOOLEAN: self.env._("neither yes nor no"),
        }.get(error.reason, self.env._("not readable as %s", self.value_type))


def _with_first_address(text, address):
    """``text`` with ``address`` in place of the first one: what follows is not User.com's."""
    first = _first_address(text) if len(email_split(text or "")) > 1 else None
    if not first:
        return address
    replaced = text.replace(first, address or "", 1)
    return replaced if address else replaced.lstrip(",; ")


def _first_address(text):
    """The address in ``text`` that Odoo writes to, without a name or others; else the text."""
    found = email_split(text)
    return found[0] if found else text
