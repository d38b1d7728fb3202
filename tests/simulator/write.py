"""Reading the body of a write: which values, tags and company it asks for."""

from dataclasses import dataclass, field
from typing import Any

from .attributes import USER, Attribute, Attributes, Field
from .errors import InvalidError
from .settings import Settings
from .values import MISSING, BadValueError, convert

POLICIES = {
    "type": "wrong_type",
    "length": "too_long",
    "email": "invalid_email",
    "phone": "invalid_phone",
}
READ_ONLY = {
    *("id", "key", "user_key", "name", "created_at", "updated_at", "lists", "companies"),
    *("attributes", "chat_id"),
}
CUSTOM_ID_KEYS = {"v1": "user_id", "v2": "custom_id"}
COMPANY_KEYS = {"v1": "company_id", "v2": "company_custom_id"}


@dataclass
class Changes:
    """What a write asks for. `values`: field -> converted value, None to clear."""

    values: dict[Field, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    company: str | None = None


class Reader:
    """Turns a JSON object into Changes by the switches of the account."""

    def __init__(
        self, attributes: Attributes, settings: Settings, content_type: str = USER
    ) -> None:
        self.attributes = attributes
        self.settings = settings
        self.content_type = content_type
        self.errors: dict[str, str] = {}

    def read(self, body: dict[str, Any], version: str) -> Changes:
        """Return the changes; raise InvalidError naming every field that is refused."""
        changes = Changes()
        for key, value in body.items():
            if key == "tags":
                changes.tags = self._tags(value)
            elif key == COMPANY_KEYS[version] and self.content_type == USER:
                changes.company = None if value is None else str(value)
            elif self._is_of_another_version(key, version):
                self._unknown(key, value)
            else:
                self._value(changes, self._plain_key(key, version), value)
        if self.errors:
            raise InvalidError(self.errors)
        return changes

    def _plain_key(self, key: str, version: str) -> str:
        if self.content_type != USER:
            return key
        return "custom_id" if key == CUSTOM_ID_KEYS[version] else key

    def _is_of_another_version(self, key: str, version: str) -> bool:
        return self.content_type == USER and key == "custom_id" != CUSTOM_ID_KEYS[version]

    def _tags(self, value: Any) -> list[str]:
        if isinstance(value, list) and all(isinstance(tag, str) for tag in value):
            return value
        self.errors["tags"] = "Expected a list of tag names."
        return []

    def _value(self, changes: Changes, key: str, value: Any) -> None:
        if self._is_read_only(key):
            return
        attribute = self.attribute(key, value)
        if attribute is not None and attribute.writable:
            converted = self._converted(key, value, attribute)
            if converted is not MISSING:
                changes.values[attribute.field] = converted

    def _is_read_only(self, key: str) -> bool:
        return key in READ_ONLY and (self.content_type == USER or key != "name")

    def attribute(self, key: str, value: Any) -> Attribute | None:
        """Find the attribute; an unknown one is treated as the switch says."""
        return self.attributes.resolve(key, self.content_type) or self._unknown(key, value)

    def _unknown(self, key: str, value: Any) -> Attribute | None:
        if self.settings.unknown_attribute == "drop":
            return None
        if self.settings.unknown_attribute == "reject":
            self.errors[key] = "There is no attribute of this name."
            return None
        return self.attributes.create(
            {"name": key, "value_type": _guessed_type(value), "content_type": self.content_type}
        )

    def _converted(self, key: str, value: Any, attribute: Attribute) -> Any:
        if value is None:
            return None if self.settings.null_value == "clear" else MISSING
        if value == "" and (attribute.value_type, self.settings.empty_string) != TEXT_STORED:
            return None if self.settings.empty_string == "clear" else self._unstorable(key, value)
        try:
            return convert(value, attribute, self.settings.string_limit)
        except BadValueError as bad:
            return self._settled(key, bad)

    def _unstorable(self, key: str, value: str) -> Any:
        if self.settings.empty_string == "ignore":
            return MISSING
        return self._settled(key, BadValueError("type", "This field may not be blank."))

    def _settled(self, key: str, bad: BadValueError) -> Any:
        policy = self._policy(bad.kind)
        if policy == "reject":
            self.errors[key] = str(bad)
        return MISSING if policy in ("reject", "drop") else bad.fallback

    def _policy(self, kind: str) -> str:
        if kind == "enum":
            return "accept" if self.settings.enum_strings else "reject"
        return getattr(self.settings, POLICIES[kind])


TEXT_STORED = ("string", "store")


def _guessed_type(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "float", list: "json", dict: "json"}
    return names.get(type(value), "string")
