"""Which attributes are offered for a contact field: those that a pair with it may have."""

from __future__ import annotations

from itertools import product
from typing import Any

from odoo.fields import Domain

from ...usercom import directions
from ...usercom.conversions import CONVERSIONS, Conversion
from .check import possible_ways


def fitting_attributes(mappings: Any, field: Any, *, is_consent: bool) -> Domain:
    """Return the domain of the `usercom.attribute` whose type fits the `ir.model.fields` record.

    By the rule by which a pair is checked, so that whatever is offered can be saved; but for the
    choices of a fixed attribute, which only the check compares.
    """
    field = field.sudo()
    kinds = mappings.env["usercom.attribute"]._fields["value_type"].get_values(mappings.env)
    fitting = Domain.OR(
        Domain("value_type", "=", kind) & Domain("read_only", "=", is_read_only)
        for kind, is_read_only in product(kinds, (False, True))
        if possible_ways(mappings, field, kind, is_read_only=is_read_only, is_consent=is_consent)
    )
    return fitting & _holding_several() if field.ttype == "many2many" else fitting


def fitting_after(mappings: Any, name: str) -> Domain:
    """Return the domain of the attributes that take what the conversion of this name makes."""
    conversion, table = Conversion(name), mappings._type_table()
    kinds = [
        kind
        for kind in table
        if any(
            directions(conversion.becomes(field_type, kind), kind, table=table)
            for field_type in CONVERSIONS[name].becomes
        )
    ]
    fitting = Domain("value_type", "in", kinds)
    return fitting if conversion.is_reversible else fitting & Domain("read_only", "=", False)


def _holding_several() -> Domain:
    several = Domain("multiple", "=", True) | Domain("multiple_untold", "=", True)
    return Domain("value_type", "!=", "fixed") | several
