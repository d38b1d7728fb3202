"""The values of a person, as a contact has them and as a user does: converted ones, tags, a list.

`ids` are those of Odoo's records: {"segment": {name: id}, "tags": {name: id}}.
"""

from typing import Any

TEXTS = ("name", "phone", "email", "job", "segment")
TAGS = ("vip", "press")
VALUES = (*TEXTS, *TAGS)
SEGMENTS = ("farms", "mines", "ships")
WITHOUT_CODE = "none"  # what is sent in place of no code
# The fields of a contact that are read; the pairs besides the usual ones of tests/pairs.py.
FIELDS = (
    *("name", "phone", "email", "x_email_consent", "function", "ref"),
    *("industry_id", "category_id", "commercial_partner_id"),
)
ATTRIBUTES = {"job": "function", "segment": "industry_id", "code": "ref"}
Ids = dict[str, dict[str, int]]


def conversion(name: str, ids: Ids) -> dict[str, Any]:
    """The conversion of the pair with this attribute, as `usercom.field.mapping` has it."""
    table = [
        (0, 0, {"odoo_key": str(number), "usercom_value": segment})
        for segment, number in ids["segment"].items()
    ]
    return {
        "job": {"conversion": "trim"},
        "segment": {"conversion": "table", "value_ids": table},
        "code": {"conversion": "upper", "when_empty": WITHOUT_CODE},
    }[name]


def as_contact(values: dict[str, Any], ids: Ids) -> dict[str, Any]:
    """What is written to a contact that gets these values."""
    fields = {ATTRIBUTES.get(key, key): value for key, value in values.items() if key not in TAGS}
    if "segment" in values:
        fields["industry_id"] = ids["segment"][values["segment"]]
    if tags := values.keys() & set(TAGS):
        commands = [(4 if values[tag] else 3, ids["tags"][tag]) for tag in sorted(tags)]
        fields["category_id"] = commands
    return fields


def of_contact(fields: dict[str, Any], ids: Ids) -> dict[str, Any]:
    """The values of a contact whose fields were read; None where it has none."""
    segments = {number: name for name, number in ids["segment"].items()}
    return {
        "name": fields["name"] or None,
        "phone": _dense(fields["phone"]),
        "email": fields["email"] or None,
        "x_email_consent": fields["x_email_consent"] or None,
        "job": _trimmed(fields["function"]),
        "segment": segments.get(fields["industry_id"]),
        "code": (fields["ref"] or "").upper() or WITHOUT_CODE,
        **{tag: ids["tags"][tag] in fields["category_id"] or None for tag in TAGS},
    }


def as_user(values: dict[str, Any]) -> dict[str, Any]:
    """What a user gets who has these values; tags are none of a body's values."""
    user = {key: value for key, value in values.items() if key not in ("name", "phone", *TAGS)}
    if "name" in values:
        user |= dict(zip(("first_name", "last_name"), values["name"].split(), strict=True))
    if "phone" in values:
        user["phone_number"] = values["phone"]
    return user


def of_user(user: dict[str, Any]) -> dict[str, Any]:
    """The values of a user; None where it has none."""
    attributes = user["attributes"]
    return {
        "name": user["name"] or None,
        "phone": _dense(user["phone_number"]),
        "email": user["email"] or None,
        "x_email_consent": attributes["email_consent"] or None,
        "job": _trimmed(attributes.get("job")),
        "segment": attributes.get("segment") or None,
        "code": attributes.get("code"),
        **{tag: tag in user["tags"] or None for tag in TAGS},
    }


def _dense(phone: str | None) -> str | None:
    return (phone or "").replace(" ", "") or None


def _trimmed(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None
