"""How users and companies look in API v1 and v2."""

from typing import TYPE_CHECKING, Any

from .attributes import USER, VALUE_TYPES, Attribute
from .companies import Company
from .store import User
from .times import iso

if TYPE_CHECKING:
    from .account import Account

View = dict[str, Any]
Values = dict[Any, Any]

DEFAULTS = {
    "status": "visitor",
    "gender": "unknown",
    "score": 0,
    "unsubscribed": False,
    "notifications": True,
    "web_push_subscription": False,
    "page_views": 0,
}
MOMENTS = ("first_seen", "last_seen", "last_contacted")
COMMON = (
    *("email", "phone_number", "status", "gender", "score", "unsubscribed", "notifications"),
    *("web_push_subscription", "browser_language", "gravatar_url", "page_views"),
)
BEYOND_V2_SAMPLE = (
    *("assigned_to", "city", "region", "country", "timezone", "browser", "os_type"),
    *("resolution", "last_ip", "facebook_url", "linkedin_url", "twitter_url", "google_url"),
)
COMPANY_FIELDS = (
    *("name", "email", "address", "city", "region", "country", "postal_code", "description"),
    *("category", "size", "phone_numbers", "founded"),
)
# What the documented sample of an automation call shows of the user.
DOCUMENTED_IN_CALLS = (
    *("id", "key", "name", "email", "gender", "status", "phone_number"),
    *("first_seen", "last_seen"),
)


def full_name(user: User) -> str | None:
    parts = (user.values.get("first_name"), user.values.get("last_name"))
    return " ".join(part for part in parts if part) or None


def standard_value(user: User, name: str) -> Any:
    """Return a standard value as it reads outside."""
    value = user.values.get(name, DEFAULTS.get(name))
    return iso(value) if name in MOMENTS else value


def user_view(account: "Account", user: User, version: str) -> View:
    """Render a user as the API does."""
    settings = account.settings
    view = {"id": user.id, **_keys(account, user, version), "name": full_name(user)}
    if settings.names_returned:
        view |= {name: user.values.get(name) for name in ("first_name", "last_name")}
    names = COMMON
    if version == "v1" or settings.v2_fields == "all":
        names += BEYOND_V2_SAMPLE
    view |= {name: standard_value(user, name) for name in (*names, *MOMENTS)}
    view |= {"created_at": iso(user.created_at), "updated_at": iso(user.updated_at)}
    return view | _belongings(account, user) | _custom(account, user.values, USER, version)


def _keys(account: "Account", user: User, version: str) -> View:
    custom_id = user.values.get("custom_id")
    if version == "v1":
        return {"user_id": custom_id, "key": user.key}
    names = {"both": ("user_key", "key")}.get(
        account.settings.v2_key_name, (account.settings.v2_key_name,)
    )
    return {"custom_id": custom_id} | dict.fromkeys(names, user.key)


def _belongings(account: "Account", user: User) -> View:
    return {
        "tags": [{"name": account.tags.get(tag).name, "id": tag} for tag in user.tags],
        "lists": [{"id": each, "name": account.lists.get(each).name} for each in user.lists],
        "companies": [
            {
                "id": company,
                "name": account.companies.get(company).values.get("name"),
                "member_since": iso(since),
            }
            for company, since in user.companies
            if company in account.companies.by_id
        ],
    }


def _custom(account: "Account", values: Values, content_type: str, version: str) -> View:
    settings = account.settings
    shown = [
        attribute
        for attribute in account.attributes.of(content_type)
        if settings.unset_attributes == "null" or attribute.id in values
    ]
    shape = "list" if version == "v1" else settings.attributes_shape
    view: View = {}
    if shape in ("flat", "both"):
        view |= {each.name_std: custom_value(account, values, each) for each in shown}
    if shape in ("list", "both"):
        view["attributes"] = [_attribute_item(account, values, each, version) for each in shown]
    return view


def custom_value(account: "Account", values: Values, attribute: Attribute) -> Any:
    """Return a custom value as it reads outside."""
    value = values.get(attribute.id)
    if attribute.value_type == "fixed" and value is not None:
        return value if account.settings.fixed_read == "array" else ", ".join(value)
    return value


def _attribute_item(account: "Account", values: Values, attribute: Attribute, version: str) -> View:
    item = {"id": attribute.id, "name": attribute.name, "name_std": attribute.name_std}
    if version == "v1" and account.settings.numeric_value_types:
        item |= {"description": "", "value_type": VALUE_TYPES.get(attribute.value_type, 0)}
    return item | {"value": custom_value(account, values, attribute)}


def company_view(account: "Account", company: Company, version: str) -> View:
    """Render a company as the API does."""
    id_name = "company_id" if version == "v1" else "custom_id"
    return {
        "id": company.id,
        id_name: company.values.get("custom_id"),
        **{name: company.values.get(name) for name in COMPANY_FIELDS},
        "employees": _members(account, company),
        "tags": [{"name": account.tags.get(tag).name, "id": tag} for tag in company.tags],
        "created_at": iso(company.created_at),
        "updated_at": iso(company.updated_at),
        **_custom(account, company.values, "company", version),
    }


def _members(account: "Account", company: Company) -> list[int] | None:
    told = account.settings.company_members == "told"
    return account.companies.members(company) if told else None


def control_view(account: "Account", user: User) -> View:
    """Render a user for the control API: always the same shape, whatever the switches."""
    first_last = {name: user.values.get(name) for name in ("first_name", "last_name")}
    names = (*COMMON, *BEYOND_V2_SAMPLE, *MOMENTS)
    belongings = _belongings(account, user)
    return {
        "id": user.id,
        "custom_id": user.values.get("custom_id"),
        "key": user.key,
        "name": full_name(user),
        **first_last,
        **{name: standard_value(user, name) for name in names},
        "attributes": {
            each.name_std: user.values.get(each.id) for each in account.attributes.of(USER)
        },
        **{kind: [label["name"] for label in belongings[kind]] for kind in ("tags", "lists")},
        "segments": [account.segments.get(each).name for each in user.segments],
        "companies": belongings["companies"],
        "created_at": iso(user.created_at),
        "updated_at": iso(user.updated_at),
    }
