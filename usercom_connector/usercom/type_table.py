"""Which Odoo field types go with which User.com value types, and in which directions."""

from collections.abc import Mapping

BOTH = frozenset({"export", "import"})
EXPORT = frozenset({"export"})

# {User.com value type: {Odoo field type: directions}}
TypeTable = Mapping[str, Mapping[str, frozenset[str]]]
TYPE_TABLE: TypeTable = {
    "boolean": {"boolean": BOTH},
    "string": {
        **dict.fromkeys(("char", "text", "selection", "many2one"), BOTH),
        **dict.fromkeys(("integer", "float", "monetary", "date", "datetime"), EXPORT),
        **dict.fromkeys(("html", "many2many"), EXPORT),
    },
    "integer": {"integer": BOTH},
    "float": {"float": BOTH, "monetary": BOTH, "integer": EXPORT},
    "date": {"date": BOTH, "datetime": EXPORT},
    "datetime": {"datetime": BOTH, "date": EXPORT},
    "fixed": {"selection": BOTH, "many2one": BOTH, "many2many": BOTH},
    "json": {"json": BOTH},
}


# A consent is a yes, a no or nothing: each of these can say so.
CONSENT_FIELD_TYPES = ("boolean", "selection")
CONSENT_VALUE_TYPES = ("boolean", "string", "fixed")


def directions(
    field_type: str, value_type: str, *, consent: bool = False, table: TypeTable = TYPE_TABLE
) -> frozenset[str]:
    """Return the directions in which the pair may be mapped; empty when it may not be."""
    if consent:
        fits = field_type in CONSENT_FIELD_TYPES and value_type in CONSENT_VALUE_TYPES
        return BOTH if fits else frozenset()
    return table.get(value_type, {}).get(field_type, frozenset())


def fitting_value_types(field_type: str, table: TypeTable = TYPE_TABLE) -> tuple[str, ...]:
    """Return the User.com value types that an Odoo field type goes with."""
    return tuple(name for name, fields in table.items() if field_type in fields)


def fitting_field_types(value_type: str, table: TypeTable = TYPE_TABLE) -> tuple[str, ...]:
    """Return the Odoo field types that a User.com value type goes with."""
    return tuple(table.get(value_type, {}))
