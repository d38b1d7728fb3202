from functools import partial

from odoo.fields import Domain
from odoo.orm.domains import NEGATIVE_CONDITION_OPERATORS

ANY = ("any", "not any")
LISTS = (list, tuple, set, frozenset)


class CompanyBound:
    """Domains of contacts that, on their way through relations, meet no other company's records.

    A chosen domain is used by the drain, as root, and whom it finds is shown: a Manager could spell
    out the address of a contact that is not his with ``child_ids.email =like 'a%'``. Here it
    becomes ``child_ids any (email =like 'a%' and <rule of contacts for this company>)``. It is
    bound to the account's company and not to who typed it, so that nobody's leaving the company
    changes who takes part.
    """

    def __init__(self, company):
        self._company_id = company.id
        self._env = company.env

    def bind(self, domain, model):
        """The ``domain`` of ``model``, each path through relations bound."""
        return Domain(domain).map_conditions(partial(self._bind_condition, model))

    def _bind_condition(self, model, condition):
        first, _dot, rest = condition.field_expr.partition(".")
        operator, value = condition.operator, condition.value
        field = model._fields.get(first)
        if field is None or not (field.comodel_name or operator in ANY):
            return condition
        if not field.comodel_name:  # "id any (…)": the same record
            return Domain(first, operator, self.bind(value, model))
        comodel = self._env[field.comodel_name]
        if rest:
            return self._meets(first, Domain(rest, operator, value), comodel)
        if operator in ANY:
            met = self._meets(first, Domain(value), comodel)
            return ~met if operator.startswith("not") else met
        return self._bind_link(field, condition, comodel)

    def _meets(self, name, domain, comodel):
        """That field ``name`` leads to a record within ``domain`` that this company may see."""
        rule = self._env["ir.rule"]._usercom_company_domain(self._company_id, comodel._name)
        return Domain(name, "any", self.bind(domain, comodel) & rule)

    def _bind_link(self, field, condition, comodel):
        """The records themselves, by name or by id: ``child_ids ilike 'anna'``."""
        operator, value = condition.operator, condition.value
        values = value if isinstance(value, LISTS) else [value]
        if operator in ("child_of", "parent_of"):
            if any(isinstance(each, str) for each in values):
                raise ValueError(f"{field.name} {operator} takes ids only")
            return condition
        is_named = any(isinstance(each, str) for each in values)
        if not is_named and field.type == "many2one":
            return condition
        positive = NEGATIVE_CONDITION_OPERATORS.get(operator, operator)
        if is_named:
            met = self._meets(field.name, Domain("display_name", positive, value), comodel)
        else:
            met = self._meets_ids(field.name, values, comodel)
        return met if operator == positive else ~met

    def _meets_ids(self, name, values, comodel):
        """That a list holds one of these ids; False among them: that it is empty."""
        met = self._meets(name, Domain("id", "in", [each for each in values if each]), comodel)
        is_empty = any(not each for each in values)
        return met | ~self._meets(name, Domain.TRUE, comodel) if is_empty else met
