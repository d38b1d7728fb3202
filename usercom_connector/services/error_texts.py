"""What to tell people when User.com does not do as asked."""

from typing import Any

from ..usercom import (
    AmbiguousUserError,
    CredentialsError,
    EmptiedError,
    ForbiddenError,
    InvalidKeyError,
    NotNowError,
    PaymentError,
    RejectedError,
    RetryableError,
    ServerError,
    ThrottledError,
    UnmadeError,
    UnreachableError,
    UnservedError,
)
from .failures.problem import Problem


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
