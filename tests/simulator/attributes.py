"""Attribute definitions: the standard ones of a user and the custom ones of the account."""

from dataclasses import dataclass
from typing import Any

from .errors import InvalidError, not_found
from .settings import Settings

VALUE_TYPES = {
    "boolean": 1,
    "integer": 2,
    "date": 3,
    "string": 4,
    "datetime": 5,
    "fixed": 6,
    "float": 7,
    "json": 8,
}
CONTENT_TYPES = ("activity", "clientuser", "company", "deal", "product", "ticket")
NAME_LIMIT = 32
USER = "clientuser"

Field = str | int


@dataclass(frozen=True, slots=True)
class Attribute:
    """`id` is 0 for a standard attribute; `limit` is in characters."""

    id: int
    name: str
    name_std: str
    value_type: str
    content_type: str = USER
    choices: tuple[str, ...] = ()
    multiple: bool = False
    limit: int | None = None
    writable: bool = True

    @property
    def field(self) -> Field:
        """The key of its values in a record: the name of a standard one, else the id."""
        return self.id or self.name_std


def standard_name(name: str) -> str:
    """Derive `name_std` from a display name."""
    return name.lower().replace(" ", "_")


def _standard(value_type: str, *names: str, **options: Any) -> dict[str, Attribute]:
    return {
        name: Attribute(0, name.replace("_", " ").capitalize(), name, value_type, **options)
        for name in names
    }


STANDARD_USER = {
    **_standard("integer", "assigned_to", "score"),
    **_standard("boolean", "notifications", "unsubscribed"),
    **_standard("string", "first_name", "last_name", limit=40),
    **_standard("string", "city", limit=64),
    **_standard("string", "country", "region", "timezone", "custom_id"),
    **_standard("string", "facebook_url", "google_url", "gravatar_url", "linkedin_url"),
    **_standard("string", "twitter_url"),
    **_standard("email", "email"),
    **_standard("phone", "phone_number", limit=64),
    **_standard("enum", "status", choices=("visitor", "user")),
    **_standard("enum", "gender", choices=("unknown", "male", "female")),
    **_standard("datetime", "first_seen", "last_seen", "last_contacted", writable=False),
    **_standard("string", "browser_language", "browser", "os_type", "last_ip", writable=False),
    **_standard("string", "resolution", writable=False),
    **_standard("integer", "page_views", writable=False),
    **_standard("boolean", "web_push_subscription", writable=False),
}
STANDARD_COMPANY = {
    **_standard("string", "name", "custom_id", "email", "address", "city", "region", "country"),
    **_standard("string", "postal_code", "description", "category", "size", "founded", "website"),
    **_standard("json", "phone_numbers"),
}
STANDARD = {USER: STANDARD_USER, "company": STANDARD_COMPANY}


class Attributes:
    """The definitions of one account."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.by_id: dict[int, Attribute] = {}
        self._next_id = 1

    def of(self, content_type: str) -> list[Attribute]:
        """Return the custom attributes of a content type, oldest first."""
        return [each for each in self.by_id.values() if each.content_type == content_type]

    def get(self, attribute_id: int) -> Attribute:
        if attribute_id not in self.by_id:
            raise not_found()
        return self.by_id[attribute_id]

    def resolve(self, key: str, content_type: str = USER) -> Attribute | None:
        """Find an attribute by std or display name, as the switch `attribute_keys` allows."""
        standard = STANDARD.get(content_type, {})
        if key in standard:
            return standard[key]
        candidates = [*self.of(content_type), *standard.values()]
        return next((each for each in candidates if self._answers_to(each, key)), None)

    def _answers_to(self, attribute: Attribute, key: str) -> bool:
        allowed = self._settings.attribute_keys
        by_std = allowed != "name" and attribute.name_std == key
        return by_std or (allowed != "std" and attribute.name == key)

    def create(self, definition: dict[str, Any]) -> Attribute:
        """Define an attribute from a request body; raise InvalidError."""
        types = [name for name in (*VALUE_TYPES, self._settings.future_type) if name]
        errors = definition_errors(definition, types)
        name, content_type = definition.get("name"), definition.get("content_type")
        if not errors and self._taken(name, content_type):
            errors["name"] = "An attribute of this name already exists."
        if errors:
            raise InvalidError(errors)
        return self._add(definition)

    def _taken(self, name: str, content_type: str) -> bool:
        std = standard_name(name)
        used = {each.name_std for each in self.of(content_type)}
        return std in used or std in STANDARD.get(content_type, {})

    def _add(self, definition: dict[str, Any]) -> Attribute:
        attribute = Attribute(
            self._next_id,
            definition["name"],
            standard_name(definition["name"]),
            definition["value_type"],
            definition["content_type"],
            tuple(definition.get("choices") or ()),
            bool(definition.get("allow_multiple_choices")),
        )
        self._next_id += 1
        self.by_id[attribute.id] = attribute
        return attribute

    def delete(self, attribute_id: int) -> None:
        del self.by_id[self.get(attribute_id).id]


def definition_errors(definition: dict[str, Any], types: list[str]) -> dict[str, str]:
    """Say what is wrong with the body of POST /attributes/: field -> message."""
    errors = {}
    name = definition.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= NAME_LIMIT:
        errors["name"] = f"Ensure this field has 1 to {NAME_LIMIT} characters."
    if definition.get("content_type") not in CONTENT_TYPES:
        errors["content_type"] = f"Must be one of: {', '.join(CONTENT_TYPES)}."
    if definition.get("value_type") not in types:
        errors["value_type"] = f"Must be one of: {', '.join(types)}."
    if definition.get("value_type") == "fixed" and not _are_choices(definition.get("choices")):
        errors["choices"] = "A fixed attribute needs a list of choices."
    return errors


def _are_choices(choices: Any) -> bool:
    return bool(choices) and isinstance(choices, list) and all(isinstance(c, str) for c in choices)


def attribute_view(attribute: Attribute, version: str, settings: Settings) -> dict[str, Any]:
    """Render a definition as GET /attributes/ does."""
    content_type = attribute.content_type
    view = {
        "id": attribute.id,
        "name": attribute.name,
        "name_std": attribute.name_std,
        "value_type": attribute.value_type,
        "content_type": "user" if (version, content_type) == ("v1", USER) else content_type,
    }
    if attribute.value_type == "fixed" and settings.choices_read != "absent":
        view["choices"] = _choices_view(attribute.choices, settings.choices_read)
        if settings.multiple_read == "told":
            view["allow_multiple_choices"] = attribute.multiple
    return view


def _choices_view(choices: tuple[str, ...], style: str) -> list[Any]:
    if style == "strings":
        return list(choices)
    return [{"id": number, "name": choice} for number, choice in enumerate(choices, 1)]
