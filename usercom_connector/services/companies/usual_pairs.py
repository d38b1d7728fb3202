"""The pairs that an account begins with when it synchronizes companies."""

from typing import Any

USUAL_PAIRS = (
    ("name", "name"),
    ("email", "email"),
    ("street", "address"),
    ("zip", "postal_code"),
    ("city", "city"),
    ("state_id", "region"),
    ("country_id", "country"),
    ("industry_id", "category"),
)


def pair_usual_fields(backend: Any) -> None:
    """Pair the usual fields; what is changed in User.com stays there until somebody chooses."""
    attributes = {each.name_std: each for each in backend.company_attribute_ids}
    fields_of = backend.env["ir.model.fields"].sudo()
    backend.env["usercom.field.mapping"].create(
        [
            {
                "backend_id": backend.id,
                "field_id": fields_of._get("res.partner", field).id,
                "attribute_id": attributes[attribute].id,
                "direction": "export",
            }
            for field, attribute in USUAL_PAIRS
        ]
    )
