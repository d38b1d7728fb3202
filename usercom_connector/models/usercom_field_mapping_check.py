from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..usercom import fitting_field_types, fitting_value_types
from ..usercom.canonical import NO_CHOICE
from .usercom_field_mapping import NEVER_IMPORTED

MAX_RECORDS = 1000
SHOWN = 10


class UsercomFieldMapping(models.Model):
    """Which pairs can travel: refused when saved, and stopped when User.com has changed since."""

    _inherit = "usercom.field.mapping"

    is_broken = fields.Boolean("Needs Attention", compute="_compute_is_broken", store=True)
    problem = fields.Text(compute="_compute_problem")

    @api.depends(
        "field_id",
        "direction",
        "is_consent",
        "attribute_id.value_type",
        "attribute_id.choices",
        "attribute_id.multiple",
        "attribute_id.multiple_untold",
        "attribute_id.read_only",
        "attribute_id.is_gone",
    )
    def _compute_is_broken(self):
        for mapping in self:
            was_broken, mapping.is_broken = mapping.is_broken, bool(mapping._find_problem())
            if mapping.id and was_broken and not mapping.is_broken:
                mapping._requeue_later()

    @api.depends("is_broken")
    @api.depends_context("lang")
    def _compute_problem(self):
        for mapping in self:
            mapping.problem = mapping.is_broken and mapping._find_problem()

    def _recheck(self):
        """Look at the pairs again; the choices on Odoo's side may have changed too."""
        self.env.add_to_compute(self._fields["is_broken"], self)

    @api.constrains("backend_id", "field_id", "attribute_id", "direction", "is_consent")
    def _check_pair(self):
        for mapping in self:
            if problem := mapping._secret_problem() or mapping._find_problem():
                raise ValidationError(problem)

    def _find_problem(self):
        """Why this pair cannot travel, None if it can."""
        if not (self.field_id and self.attribute_id):
            return None
        return (
            self._field_problem()
            or self._kept_problem()
            or self._attribute_problem()
            or self._type_problem()
            or self._choice_problem()
        )

    # ---- each side ----

    def _field_problem(self):
        chosen = self.field_id.sudo()
        field = self.env["res.partner"]._fields.get(chosen.name)
        known = field is not None and (field.store or field.name in self._computed_fields())
        if chosen.model != "res.partner" or not known:
            return self.env._("“%s” is not a stored field of contacts.", chosen.display_name)
        if chosen.name in ("usercom_key", self.backend_id._key_field()):
            return self.env._(
                "“%s” keeps the User.com id; it cannot be mapped.", chosen.field_description
            )
        if self.is_consent and (field.readonly or field.name in NEVER_IMPORTED):
            return self.env._(
                "“%s” cannot be a consent: it is not for people to say.", chosen.field_description
            )
        return None

    def _attribute_problem(self):
        attribute = self.attribute_id
        if attribute.backend_id != self.backend_id:
            return self.env._("“%s” is an attribute of another User.com account.", attribute.name)
        if attribute.is_gone:
            return self.env._(
                "User.com has no attribute “%s” any more. Choose another one, or create it again "
                "and refresh the attributes.",
                attribute.name,
            )
        return None

    # ---- both together ----

    def _type_problem(self):
        allowed = self._allowed_directions()
        if not allowed:
            return self._mismatch_message()
        if self.direction in allowed:
            return None
        return self.env._(
            "“%(field)s” and “%(attribute)s” can only travel this way: %(directions)s.",
            field=self.field_id.field_description,
            attribute=self.attribute_id.name,
            directions=self._labels("direction", allowed),
        )

    def _mismatch_message(self):
        field, attribute = self.field_id.sudo(), self.attribute_id
        if field.ttype in fitting_field_types(attribute.value_type, self._type_table()):
            return self.env._(
                "“%(field)s” and “%(attribute)s” can both only be read.",
                field=field.field_description,
                attribute=attribute.name,
            )
        fitting = fitting_value_types(field.ttype, self._type_table())
        return self.env._(
            "“%(field)s” (%(field_type)s) cannot be paired with “%(attribute)s” (%(value_type)s). "
            "A User.com attribute of one of these types would fit: %(fitting)s.",
            field=field.field_description,
            field_type=field.ttype,
            attribute=attribute.name,
            value_type=self._labels("value_type", [attribute.value_type]),
            fitting=self._labels("value_type", sorted(fitting)) or "–",
        )

    def _labels(self, name, values):
        labels = dict(self._fields[name]._description_selection(self.env))
        return ", ".join(f"{labels[value]} ({value})" for value in values)

    # ---- choices ----

    def _choice_problem(self):
        """Whether the choices of a fixed attribute and those of the field can be carried over.

        An attribute whose choices User.com does not tell is let pass: values are judged one by one.
        """
        attribute = self.attribute_id
        if attribute.value_type != "fixed" or self.is_consent:
            return None
        may_hold_several = attribute.multiple or attribute.multiple_untold
        if self.field_type == "many2many" and not may_hold_several:
            return self.env._(
                "“%(field)s” can hold several values, “%(attribute)s” only one choice.",
                field=self.field_id.field_description,
                attribute=attribute.name,
            )
        return self._missing_choices() if attribute.choices else None

    def _missing_choices(self):
        sent, understood = self.sudo()._field_choices()
        if sent is None:
            return self.env._(
                "“%(field)s” has more than %(limit)s values; pair it with a text attribute.",
                field=self.field_id.field_description,
                limit=MAX_RECORDS,
            )
        choices = self.attribute_id.choices
        if (
            self.attribute_id._as_attribute().is_coded
        ):  # nobody can add to them: what they lack is told for the contact that has it
            choices, sent = [choice for choice in choices if choice != NO_CHOICE], []
        if self.direction != "import" and (missing := [v for v in sent if v not in choices]):
            return self._lacking_message(missing)
        if self.direction != "export" and (missing := [v for v in choices if v not in understood]):
            return self.env._(
                "“%(field)s” lacks these choices of “%(attribute)s”: %(missing)s. Add them, or let "
                "the values travel from Odoo to User.com only.",
                attribute=self.attribute_id.name,
                field=self.field_id.field_description,
                missing=_some(missing),
            )
        return None

    def _lacking_message(self, missing):
        """Which choices the attribute lacks, of those whose names the reader may see."""
        seen = self.sudo(False)._field_choices()[0] or ()
        named = [value for value in missing if value in seen]
        return self.env._(
            "“%(attribute)s” lacks these choices of “%(field)s”: %(missing)s. Add them in "
            "User.com and refresh the attributes.",
            attribute=self.attribute_id.name,
            field=self.field_id.sudo().field_description,
            missing=_some(named) if len(named) == len(missing) else _some([*named, "…"]),
        )

    def _field_choices(self):
        """``([value as sent], {text understood when received})``; None for too many records.

        Of the account's company, and of what ``self.env`` may see: the drain all, a person his own.
        """
        field = self._partner_field()
        if field.type == "selection":
            options = field._description_selection(self.env)
            return [key for key, _label in options], {text for option in options for text in option}
        comodel = self.env[field.comodel_name]
        if not comodel.has_access("read"):
            return [], set()
        company_id = self.backend_id.sudo().company_id.id
        own = self.env["ir.rule"]._usercom_company_domain(company_id, comodel._name)
        records = comodel.search(own, limit=MAX_RECORDS + 1)
        if len(records) > MAX_RECORDS:
            return None, None
        code = self._code_field(comodel) if field.type == "many2one" else "display_name"
        names = {self._code_field(comodel), "display_name", comodel._rec_name or "display_name"}
        understood = {text for name in names for text in records.mapped(name)}
        return records.mapped(code), understood


def _some(values):
    """The first of ``values``, for a sentence."""
    return ", ".join(values[:SHOWN]) + (" …" if len(values) > SHOWN else "")
