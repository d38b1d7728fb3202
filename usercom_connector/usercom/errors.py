"""The errors of this package, one class for each way to deal with one.

Messages are plain English and have no secrets; a user interface translates them by class.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any


class UsercomError(Exception):
    """The base class of all errors of this package.

    `is_unconfirmed`: the call was to create a user, and may have done so.
    `has_ended`: such a call does nothing any more, so there is nothing to wait for.
    `was`: the user as it was read before a call that perhaps has ended it.
    """

    is_unconfirmed = False
    was: Any = None
    has_ended = False


class RetryableError(UsercomError):
    """The same call may succeed later."""


class UnreachableError(RetryableError):
    """No complete answer came: DNS, refused, time-out, reset or a half body.

    `is_unsent`: there was no connection, so the call has certainly had no effect.
    """

    def __init__(self, cause: str, *, is_unsent: bool = False) -> None:
        super().__init__(f"User.com could not be reached ({cause}). Check the address and network.")
        self.is_unsent = is_unsent


class ServerError(RetryableError):
    """User.com failed (5xx), redirected (3xx) or gave an answer that its API does not have."""

    def __init__(self, status: int, problem: str = "failed") -> None:
        super().__init__(f"User.com {problem} (HTTP status {status}).")
        self.status = status


class UnservedError(ServerError):
    """A 4xx of a proxy or firewall in between, or for a path that User.com does not serve."""


class NotNowError(ServerError):
    """A 4xx that may pass: a time-out (408), or a conflict with a change under way (409)."""

    def __init__(self, status: int, details: str) -> None:
        super().__init__(status, f"refused the request for now: {details}")
        self.details = details


class UnmadeError(ServerError):
    """The answer to a change was empty, and the user read after it does not have the change."""

    def __init__(self) -> None:
        super().__init__(200, "answered a change with nothing and has not made it")


class LostAnswerError(UsercomError):
    """An event may have reached User.com, and is not told of again: there may be two then."""

    def __init__(self) -> None:
        super().__init__("No answer came: User.com may have the event, or not.")


class ThrottledError(RetryableError):
    """Too many calls (429): wait `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"User.com asks to wait {retry_after:g} seconds before the next call.")
        self.retry_after = retry_after


class CredentialsError(UsercomError):
    """User.com refuses the API key: no call succeeds until somebody does something about it."""


class InvalidKeyError(CredentialsError):
    """User.com does not know the API key (401)."""

    def __init__(self) -> None:
        super().__init__("User.com does not accept the API key. Enter a valid 64-character key.")


class ForbiddenError(CredentialsError):
    """The API key lacks a permission (403)."""

    def __init__(self) -> None:
        super().__init__(
            "The API key may not do this. In User.com, give the key read and write access, "
            "and allow this server's address if the key is limited to some addresses."
        )


class PaymentError(CredentialsError):
    """User.com wants to be paid before it serves this account again (402)."""

    def __init__(self) -> None:
        super().__init__(
            "User.com answers that payment is required. Check the plan and the invoices there."
        )


class RejectedError(UsercomError):
    """User.com refuses this request (400 and other 4xx), and would refuse it again.

    `sent` is the JSON body of the request. The message does not have it. `names` are what the
    answer calls its messages by: the fields at fault, or anything else.
    """

    sent: Any = None

    def __init__(self, status: int, details: str, names: Iterable[str] = ()) -> None:
        super().__init__(f"User.com refused the request (HTTP status {status}): {details}")
        self.status = status
        self.details = details
        self.names = tuple(names)


class NotFoundError(RejectedError):
    """User.com has no such record (404)."""

    def __init__(self, details: str = "Not found.") -> None:
        super().__init__(404, details)


class AmbiguousUserError(UsercomError):
    """Several User.com users match one contact; `ids` names them."""

    def __init__(self, ids: Iterable[int]) -> None:
        self.ids = tuple(ids)
        named = ", ".join(map(str, self.ids))
        super().__init__(f"Several User.com users match: {named}. Merge them in User.com.")


class EmptiedError(UsercomError):
    """A change has emptied all values of a user that it did not name, so nothing more may be sent.

    `names` are the `name_std`s of the values that the user `user_id` has lost.
    """

    def __init__(self, user_id: int, names: Iterable[str]) -> None:
        self.user_id = user_id
        self.names = tuple(names)
        super().__init__(
            f"User.com emptied what it was not sent of user {user_id}: {', '.join(self.names)}."
        )


class Reason(StrEnum):
    """Why one value cannot be carried over."""

    INVALID_EMAIL = "invalid_email"
    INVALID_JSON = "invalid_json"
    NOT_A_BOOLEAN = "not_a_boolean"
    NOT_A_DATE = "not_a_date"
    NOT_A_NUMBER = "not_a_number"
    NOT_TEXT = "not_text"
    OUT_OF_RANGE = "out_of_range"
    TOO_DEEP = "too_deep"
    TOO_LONG = "too_long"
    TOO_MANY_CHOICES = "too_many_choices"
    UNKNOWN_CHOICE = "unknown_choice"


_REASON_TEXTS = {
    Reason.INVALID_EMAIL: "is no e-mail address",
    Reason.INVALID_JSON: "cannot be written as JSON",
    Reason.NOT_A_BOOLEAN: "is neither true nor false",
    Reason.NOT_A_DATE: "is no valid date",
    Reason.NOT_A_NUMBER: "is no number of the kind needed",
    Reason.NOT_TEXT: "is no text that can be stored",
    Reason.OUT_OF_RANGE: "is out of range",
    Reason.TOO_DEEP: "is nested in more than {limit} levels",
    Reason.TOO_LONG: "is longer than {limit} characters",
    Reason.TOO_MANY_CHOICES: "are several choices where only one is allowed",
    Reason.UNKNOWN_CHOICE: "is none of the choices: {choices}",
}


class ConversionError(UsercomError):
    """One value cannot be carried over; `reason` and `detail` say why."""

    def __init__(self, value: Any, reason: Reason, **detail: Any) -> None:
        shown = repr(value)
        shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
        super().__init__(f"{shown} {_REASON_TEXTS[reason].format(**detail)}.")
        self.value = value
        self.reason = reason
        self.detail = detail
