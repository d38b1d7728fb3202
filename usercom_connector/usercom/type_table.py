"""Which Odoo field types go with which User.com value types, and in which directions."""

BOTH = frozenset({"export", "import"})
EXPORT = frozenset({"export"})

# {User.com value type: {Odoo field type: directions}}
TYPE_TABLE: dict[str, dict[str, frozenset[str]]] = {
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


def directions(field_type: str, value_type: str, *, consent: bool = False) -> frozenset[str]:
    """Return the directions in which the pair may be mapped; empty when it may not be."""
    if consent:
        fits = field_type in CONSENT_FIELD_TYPES and value_type in CONSENT_VALUE_TYPES
        return BOTH if fits else frozenset()
    return TYPE_TABLE.get(value_type, {}).get(field_type, frozenset())


def fitting_value_types(field_type: str) -> tuple[str, ...]:
    """Return the User.com value types that an Odoo field type goes with."""
    return tuple(name for name, fields in TYPE_TABLE.items() if field_type in fields)


def fitting_field_types(value_type: str) -> tuple[str, ...]:
    """Return the Odoo field types that a User.com value type goes with."""
    return tuple(TYPE_TABLE.get(value_type, {}))
