"""What went wrong: sentences for people, and the codes that alike ones are recognised by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from odoo.tools import LazyTranslate

from ...usercom import (
    AmbiguousUserError,
    CredentialsError,
    EmptiedError,
    ForbiddenError,
    InvalidKeyError,
    LostAnswerError,
    NotNowError,
    PaymentError,
    Reason,
    RejectedError,
    RetryableError,
    ServerError,
    ThrottledError,
    UnmadeError,
    UnreachableError,
    UnservedError,
)

# ---- codes ----
# Rows store the code; the texts are translated when they are read. A code says what kind of thing
# went wrong and is chosen by us, whatever User.com writes in its answer.

# A table that is read in every reader's language is translated when it is read.
# pylint: disable=prefer-env-translation


_lt = LazyTranslate(__name__)


class Failure(NamedTuple):
    """What people are told of a code: what it is, and what to do."""

    title: Any
    advice: Any


CODES: dict[str, Failure] = {
    "invalid_email": Failure(
        _lt("Invalid e-mail address"),
        _lt("Open the contacts and correct the address. They are then sent automatically."),
    ),
    "too_long": Failure(
        _lt("Value too long"),
        _lt("Shorten the value, or pair the field with one that takes longer texts."),
    ),
    "unknown_choice": Failure(
        _lt("Value that is not one of the choices"),
        _lt("Correct the value, or add the missing choice in Odoo or User.com; then retry."),
    ),
    "wrong_type": Failure(
        _lt("Value of the wrong type"),
        _lt("Correct the value, or pair the field with an attribute of a suitable type."),
    ),
    "not_kept": Failure(
        _lt("Value not kept by User.com"),
        _lt("Check in User.com that the attribute exists and may be changed; then retry."),
    ),
    "changed_there": Failure(
        _lt("Value changed by User.com"),
        _lt("User.com stored another value, such as a shortened text. Enter one that it keeps."),
    ),
    "custom_id_too_long": Failure(
        _lt("Custom ID too long"),
        _lt("Give the user a shorter custom ID in User.com; then retry."),
    ),
    "refused": Failure(
        _lt("Refused by User.com"),
        _lt("Open the entries, read the reason, and correct the value it names; then retry."),
    ),
    "several_users": Failure(
        _lt("Several users match a contact"),
        _lt(
            "Merge the users in User.com, or enter the ID of the right one in the contact's "
            "User.com ID; then retry."
        ),
    ),
    "same_user": Failure(
        _lt("Contacts that share a user"),
        _lt("Merge the contacts, or give one of them another e-mail address; then retry."),
    ),
    "several_contacts": Failure(
        _lt("Several contacts match a user"),
        _lt(
            "Merge the contacts, or enter the user's ID in the User.com ID of the right one; "
            "then retry."
        ),
    ),
    "another_user": Failure(
        _lt("Contact linked to another user"),
        _lt("Merge the two users in User.com; then retry."),
    ),
    "contact_not_sent": Failure(
        _lt("Event whose contact could not be sent"),
        _lt("Open the contacts and correct why they cannot be sent; then retry."),
    ),
    "user_not_there": Failure(
        _lt("Event of a user that is not found"),
        _lt("Pull the contacts from User.com to find their users; then retry."),
    ),
    "lost_answer": Failure(
        _lt("Event that User.com may have or not"),
        _lt("Look in User.com whether the event is there; then dismiss or retry the entry."),
    ),
    "unreachable": Failure(
        _lt("User.com could not be reached"),
        _lt("Check the system name and this server's network; then retry."),
    ),
    "server_error": Failure(
        _lt("Problem at User.com"),
        _lt("Retry later. If it happens again, ask User.com's support."),
    ),
    "blocked": Failure(
        _lt("Blocked on the way to User.com"),
        _lt("Look for unusual texts in the values, or ask User.com's support; then retry."),
    ),
    "worker_ended": Failure(
        _lt("Server process ended"),
        _lt(
            "Look in the server's log for the cause, often the memory or time limit of workers; "
            "then retry."
        ),
    ),
    "outdated": Failure(
        _lt("Outdated answers from User.com"),
        _lt("Retry later. If it happens again, ask User.com's support."),
    ),
    "refused_here": Failure(
        _lt("Refused by Odoo"),
        _lt("Open the entries, read the reason, and correct it in Odoo; then retry."),
    ),
    "unexpected": Failure(
        _lt("Unexpected error"),
        _lt("Retry. If it happens again, look in the server's log and report it."),
    ),
    "other": Failure(
        _lt("Other error"),
        _lt("Open the entries and read the reason."),
    ),
}

OF_REASONS = {
    Reason.TOO_LONG: "too_long",
    Reason.UNKNOWN_CHOICE: "unknown_choice",
    Reason.TOO_MANY_CHOICES: "unknown_choice",
    Reason.INVALID_EMAIL: "invalid_email",
}


def code_of_reason(reason: Reason) -> str:
    """Return the code of a value that could not be carried over."""
    return OF_REASONS.get(reason, "wrong_type")


def titles(env: Any) -> list[tuple[str, str]]:
    """Return the codes with their titles, as a selection field takes them."""
    return [(code, env._(failure.title)) for code, failure in CODES.items()]


def advice(env: Any, code: str) -> str:
    """Return what to do about a code; of one that is unknown, as of any other error."""
    text: str = env._(CODES.get(code, CODES["other"]).advice)
    return text


# ---- sentences ----


class Problem(str):
    """A sentence for people with a stored code of `CODES`.

    The sentence names a contact and a value, so no two are equal; the code and the pair are the
    same for all that failed alike. `mapping_id` is the pair whose value it is about, if any.
    """

    code: str
    mapping_id: int | None

    def __new__(cls, text: str, code: str = "other", mapping_id: int | None = None) -> Problem:
        problem = super().__new__(cls, text)
        problem.code = code
        problem.mapping_id = mapping_id
        return problem


def joined(problems: Sequence[str]) -> Problem:
    """Return all `problems` as one, which is known by the first."""
    first = as_problem(problems[0] if problems else "")
    return Problem("\n".join(problems), first.code, first.mapping_id)


def as_problem(text: str) -> Problem:
    """Return a text of whatever origin as a problem."""
    return text if isinstance(text, Problem) else Problem(text)


def columns(message: str) -> dict[str, Any]:
    """Return the columns of a queue's row that tell of a failure."""
    problem = as_problem(message)
    return {
        "error": str(problem),
        "error_code": problem.code,
        "mapping_id": problem.mapping_id,
    }


# ---- errors of User.com ----


def explain(env: Any, error: Exception) -> Problem:
    """The error in the reader's language, with what to do about it."""
    return Problem(_text(env, error), _code(error))


def refusal(backend: Any, error: Exception) -> Problem:
    """As ``explain``, with the pair of the account whose value the answer names, if it is one."""
    problem = explain(backend.env, error)
    sent, named = getattr(error, "sent", None), getattr(error, "names", ())
    if not isinstance(sent, dict) or len(fields := sent.keys() & set(named)) != 1:
        return problem
    mappings = backend.mapping_ids.filtered(lambda mapping: mapping._key() in fields)
    return Problem(problem, problem.code, mappings.id)


def _code(error: Exception) -> str:
    """By what an error is recognised; nothing that User.com writes decides it."""
    match error:
        case AmbiguousUserError():
            return "several_users"
        case RejectedError():
            return "refused"
        case LostAnswerError():
            return "lost_answer"
        case UnservedError(status=402 | 403):
            return "blocked"
        case UnreachableError() | ServerError(status=408 | 425 | 502 | 503 | 504):
            return "unreachable"
        case RetryableError():
            return "server_error"
        case _:
            return "other"


def _text(env: Any, error: Exception) -> str:
    match error:
        case CredentialsError():
            return _explain_closed(env, error)
        case RetryableError():
            return _explain_failure(env, error)
        case AmbiguousUserError():
            return env._(
                "Several User.com users match: %s. Merge them in User.com, or enter the id of the "
                "right one in the contact's User.com ID.",
                ", ".join(map(str, error.ids)),
            )
        case EmptiedError():
            return env._(
                "User.com emptied values of user %(user)s that it was not sent: %(names)s. Ask "
                "User.com's support to have PUT /users/ change only what it is sent, and enter "
                "these values in User.com again, before you resume.",
                user=error.user_id,
                names=", ".join(error.names),
            )
        case RejectedError():
            return env._("User.com refused: %s", error.details)
        case LostAnswerError():
            return env._(
                "No answer came: User.com may have it, or not. Look there, then retry or dismiss "
                "it."
            )
        case _:
            return str(error)


def _explain_closed(env: Any, error: CredentialsError) -> str:
    """Why User.com serves the whole account no more."""
    match error:
        case InvalidKeyError():
            return env._(
                "User.com does not accept the API key. Copy it again from User.com: "
                "Settings → App settings → Advanced → Public API."
            )
        case PaymentError():
            return env._(
                "User.com answers that payment is required. Check the plan and the invoices in "
                "User.com, then resume."
            )
        case ForbiddenError():
            return env._(
                "The API key lacks a permission. In User.com, give it read and write access, "
                "and allow this server's address if the key is limited to some addresses."
            )
        case _:
            return str(error)


def _explain_failure(env: Any, error: RetryableError) -> str:
    """Why a call failed that may succeed another time."""
    match error:
        case ThrottledError():
            return env._(
                "User.com's call limit is used up. Try again in %s seconds.",
                round(error.retry_after),
            )
        case UnreachableError():
            return env._(
                "User.com cannot be reached. Check the system name and this server's network."
            )
        case UnservedError(status=402 | 403):
            return env._(
                "User.com, or a firewall before it, refused this call and not others (status %s). "
                "Look for an unusual text in the values, or ask User.com's support.",
                error.status,
            )
        case NotNowError():
            return env._(
                "User.com refuses it for now (status %(status)s): %(details)s",
                status=error.status,
                details=error.details,
            )
        case UnmadeError():
            return env._("User.com answered a change with nothing and has not made it.")
        case ServerError():
            return env._(
                "User.com has a problem (status %s). Check the system name, or try again later.",
                error.status,
            )
        case _:
            return str(error)
