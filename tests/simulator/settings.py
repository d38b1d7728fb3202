"""Every switch of the simulator: the unsettled points of the API and the simulated conditions."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from . import times
from .options import checked

API_KEY = ("simulator" * 8)[:64]

BadValuePolicy = Literal["reject", "accept", "drop"]


@dataclass
class Settings:
    """The switches, with the likelier reading of the facts as default."""

    # Access: API key -> scope. The limit is `rate_limit` calls per `rate_period` seconds, 0 = none.
    keys: dict[str, str] = field(default_factory=lambda: {API_KEY: "read_write"})
    rate_limit: int = 10
    rate_period: float = 1.0
    rate_algorithm: Literal["sliding", "bucket"] = "sliding"
    rate_burst: int = 1
    rate_scope: Literal["account", "key", "ip"] = "account"

    # Conditions of the network, for all API calls.
    latency_ms: float = 0
    offline: bool = False
    clock_offset: float = 0  # seconds by which its clock differs from that of this machine

    # Versions and shapes of what is read.
    default_version: Literal["v1", "v2", "error"] = "v1"
    attributes_shape: Literal["flat", "list", "both"] = "flat"
    unset_attributes: Literal["null", "absent"] = "null"
    numeric_value_types: bool = False
    future_type: str | None = None
    fixed_read: Literal["array", "string"] = "array"
    choices_read: Literal["strings", "objects", "absent"] = "strings"
    multiple_read: Literal["told", "absent"] = "told"
    v2_key_name: Literal["user_key", "key", "both"] = "user_key"
    v2_fields: Literal["all", "sample"] = "all"
    names_returned: bool = False

    # Answers to writes.
    create_status: Literal[200, 201] = 201
    delete_status: Literal[200, 204] = 204
    setter_body: Literal["user", "empty"] = "user"
    mass_custom_body: Literal["status", "empty"] = "status"
    error_shape: Literal["errors", "fields", "detail", "html", "empty"] = "errors"

    # What a write may hold.
    put: Literal["partial", "replace"] = "partial"
    form_bodies: bool = True
    create_requires_names: bool = False
    attribute_keys: Literal["both", "std", "name"] = "both"
    unknown_attribute: Literal["reject", "drop", "create"] = "drop"
    wrong_type: Literal["reject", "coerce", "drop"] = "reject"
    too_long: Literal["reject", "truncate", "drop"] = "reject"
    invalid_email: BadValuePolicy = "reject"
    invalid_phone: BadValuePolicy = "accept"
    enum_strings: bool = False
    string_limit: int = 255
    null_value: Literal["clear", "ignore"] = "clear"
    empty_string: Literal["clear", "ignore", "store"] = "clear"

    # Identity.
    duplicate_email: Literal["allow", "reject", "merge"] = "allow"
    duplicate_custom_id: Literal["reject", "allow", "merge"] = "reject"
    company_members: Literal["told", "absent"] = "told"
    companies_by_domain: bool = False
    missing_custom_id: Literal["create", "reject"] = "create"
    email_store: Literal["as_sent", "lower"] = "as_sent"
    email_search: Literal["exact", "insensitive"] = "exact"
    email_pick: Literal["first", "last"] = "first"
    custom_id_search: Literal["both", "v1"] = "both"
    encoded_slash: Literal["decoded", "kept"] = "decoded"
    phone_store: Literal["as_sent", "digits"] = "as_sent"
    phone_search: Literal["results", "object"] = "results"
    missed_search: Literal["404", "empty_body"] = "404"
    search_lag: float = 0  # seconds for which a search does not find a new user

    # Paths, methods, names.
    slashless: Literal["redirect", "404", "ok"] = "redirect"
    removal_method: Literal["both", "POST", "DELETE"] = "both"
    mass_custom_method: Literal["PUT", "POST", "both"] = "PUT"
    merge_key: Literal["users_list", "user_list", "either"] = "users_list"
    date_range_path: Literal["both", "users", "search"] = "both"
    range_bounds: Literal["inclusive", "exclusive", "half_open"] = "inclusive"
    labels_move_updated_at: bool = False
    label_names: Literal["exact", "insensitive"] = "exact"
    updated_at_moves: Literal["write", "change", "standard"] = "write"

    # Pages and bulk. A limit of 0 is none.
    page_size: int = 100
    page_order: Literal["ascending", "descending"] = "ascending"
    final_next_404: bool = False
    mass_update_limit: int = 0
    import_limit: int = 0
    import_seconds: float = 0
    import_matches_email: bool = True
    import_answer: Literal["id", "report"] = "id"
    import_status: Literal["served", "absent"] = "served"
    import_appears_after: float = 0
    import_automations: Literal["query", "form", "both"] = "both"
    import_order_products: Literal["json", "drop", "reject"] = "json"

    # Events, products and deals.
    unknown_event_user: Literal["404", "400"] = "404"
    product_event_requires: Literal["timestamp_and_data", "nothing"] = "timestamp_and_data"
    product_update: Literal["served", "absent"] = "served"
    existing_product: Literal["update", "reject"] = "update"
    unknown_product: Literal["reject", "create", "ignore"] = "reject"
    unknown_deal_attribute: Literal["create", "drop"] = "create"
    deal_value: Literal["string", "number"] = "string"

    # Automations.
    api_writes_trigger: bool = True
    consent_attribute: str | None = None
    consent_delay: float = 0
    emails_enabled: Literal["yes", "no"] = "yes"

    def change(self, values: dict[str, Any]) -> None:
        """Set the named switches; raise BadOptionError and change nothing when one does not fit."""
        for name, value in checked(Settings, values).items():
            setattr(self, name, value)
        times.offset = self.clock_offset

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
