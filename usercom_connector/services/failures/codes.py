"""Why entries of the queues fail: the one table of codes, each with a title and what to do.

Rows store the code; the texts are translated when they are read. A code says what kind of thing
went wrong and is chosen by us, whatever User.com writes in its answer.
"""

# A table that is read in every reader's language is translated when it is read.
# pylint: disable=prefer-env-translation

from __future__ import annotations

from typing import Any, NamedTuple

from odoo.tools import LazyTranslate

from ...usercom import Reason

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
