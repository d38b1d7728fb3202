"""User.com for Python: an API client, the values it carries and how two sides are merged."""

from .canonical import canonical
from .client import Client
from .consents import answer, consent_attribute, has_both_answers, key_of, said
from .errors import (
    AmbiguousUserError,
    ConversionError,
    CredentialsError,
    EmptiedError,
    ForbiddenError,
    InvalidKeyError,
    NotFoundError,
    Reason,
    RejectedError,
    RetryableError,
    ServerError,
    ThrottledError,
    UnreachableError,
    UnservedError,
    UsercomError,
)
from .merge import Conflict, Merge, Rule, export_only, merge
from .names import join_name, split_name
from .records import (
    STANDARD_ATTRIBUTES,
    Account,
    Attribute,
    ImportReport,
    User,
    UserPage,
    derive_name_std,
)
from .throttle import Throttle, shared_throttle
from .type_table import TYPE_TABLE, directions, fitting_field_types, fitting_value_types
from .values import export_value, import_value, wire

__all__ = [
    "STANDARD_ATTRIBUTES",
    "TYPE_TABLE",
    "Account",
    "AmbiguousUserError",
    "Attribute",
    "Client",
    "Conflict",
    "ConversionError",
    "CredentialsError",
    "EmptiedError",
    "ForbiddenError",
    "ImportReport",
    "InvalidKeyError",
    "Merge",
    "NotFoundError",
    "Reason",
    "RejectedError",
    "RetryableError",
    "Rule",
    "ServerError",
    "Throttle",
    "ThrottledError",
    "UnreachableError",
    "UnservedError",
    "User",
    "UserPage",
    "UsercomError",
    "answer",
    "canonical",
    "consent_attribute",
    "derive_name_std",
    "directions",
    "export_only",
    "export_value",
    "fitting_field_types",
    "fitting_value_types",
    "has_both_answers",
    "import_value",
    "join_name",
    "key_of",
    "merge",
    "said",
    "shared_throttle",
    "split_name",
    "wire",
]
