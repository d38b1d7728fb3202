from odoo import models
from odoo.fields import Command, Domain

from ..usercom import (
    ConversionError,
    Reason,
    export_value,
    import_value,
    join_name,
    split_name,
)

CODED_MODELS = {"res.country": "code", "res.country.state": "code", "res.lang": "code"}
NAME_PARTS = {"first_name": 0, "last_name": 1}


class UsercomFieldMapping(models.Model):
    """How the values of a mapping are read from contacts and written to them."""

    _inherit = "usercom.field.mapping"

    # ---- Odoo to User.com ----

    def _export_values(self, partner, base):
        """``({key: canonical value}, [problem])`` of ``partner``.

        A value that cannot be carried over is left out and told in a problem.
        """
        values, problems = {}, []
        for mapping in self:
            try:
                values[mapping._key()] = mapping._export_value(partner)
            except ConversionError as error:
                problems.append(mapping._problem(partner, error))
        return values, problems

    def _export_value(self, partner):
        if self.is_consent:
            return self._consent_value(partner)
        return export_value(self._read_neutral(partner), self.field_type, self._as_attribute())

    def _read_neutral(self, partner):
        """The value of ``partner`` as plain Python: records as name or code, unset as None."""
        if self._is_name_part():
            return self._split_name(partner)[NAME_PARTS[self._key()]] or None
        value = partner[self.field_name]
        if self.field_type == "many2one":
            return value[self._code_field(value)] or None
        if self.field_type == "many2many":
            return value.mapped("display_name")
        return value

    def _is_name_part(self):
        return self.field_name == "name" and self._key() in NAME_PARTS

    def _split_name(self, partner):
        """First and last name of a person; a company's name stands whole as the last name."""
        name = partner.name or ""
        return ("", name) if partner.is_company else split_name(name)

    def _code_field(self, record):
        return CODED_MODELS.get(record._name, "display_name")

    # ---- User.com to Odoo ----

    def _odoo_values(self, partner, values):
        """``({field: value to write}, [problem], {refused key})`` for canonical ``values``.

        ``partner`` may be empty: the values of a contact still to be created.
        """
        vals, problems, refused = {}, [], set()
        for mapping in self.filtered(lambda m: m._key() in values):
            try:
                vals.update(mapping._odoo_value(partner, values[mapping._key()], vals))
            except ConversionError as error:
                problems.append(mapping._problem(partner, error))
                refused.add(mapping._key())
        return vals, problems, refused

    def _odoo_value(self, partner, value, vals):
        value = import_value(value, self.field_type)
        if self.is_consent:
            return {self.field_name: self._consent_to_odoo(value)}
        if self._is_name_part():
            return {"name": self._whole_name(partner, value, vals)}
        if self.field_type == "many2one":
            return {self.field_name: self._find_record(value, vals).id}
        if self.field_type == "many2many":
            found = [self._find_record(name, vals).id for name in value or ()]
            return {self.field_name: [Command.set(found)]}
        if self.field_type == "selection":
            return {self.field_name: self._find_choice(value)}
        return {self.field_name: value}

    def _whole_name(self, partner, value, vals):
        parts = list(split_name(vals.get("name", partner.name) or ""))
        if partner.is_company:
            return partner.name
        parts[NAME_PARTS[self._key()]] = value or ""
        return join_name(*parts)

    def _find_choice(self, value):
        if not value:
            return False
        for key, label in self._partner_field()._description_selection(self.env):
            if value in (key, label):
                return key
        raise ConversionError(value, Reason.UNKNOWN_CHOICE)

    def _find_record(self, value, vals):
        """The record that User.com's text names by code or by name; exactly one must."""
        comodel = self.env[self._partner_field().comodel_name]
        if not value:
            return comodel
        names = {self._code_field(comodel), comodel._rec_name or "name"} - {"display_name"}
        domain = Domain.OR([(name, "=ilike", value)] for name in names)
        if comodel._name == "res.country.state" and vals.get("country_id"):
            domain &= Domain("country_id", "=", vals["country_id"])
        found = comodel.search(domain, limit=2)
        if len(found) != 1:
            raise ConversionError(value, Reason.UNKNOWN_CHOICE)
        return found

    def _partner_field(self):
        return self.env["res.partner"]._fields[self.field_name]

    # ---- telling what went wrong ----

    def _unreadable_problems(self, user, errors):
        """One problem for each value of ``user`` that could not be read."""
        named = user.email or str(user.id)
        return [m._problem(named, errors[m._key()]) for m in self if m._key() in errors]

    def _ignored_problems(self, partner, ignored):
        """One problem for each value that User.com took without keeping it."""
        return [
            self.env._(
                "%(contact)s: User.com did not keep “%(field)s”, value “%(value)s”.",
                contact=partner.display_name,
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
            contact=contact if isinstance(contact, str) else contact.display_name or "",
            field=self.field_id.field_description,
            value=str(error.value)[:80],
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
