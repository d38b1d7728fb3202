"""What User.com says of consents, by webhook calls and otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from odoo import fields

from ...usercom import Attribute, User
from ...usercom.consents import received_consent
from ...usercom.merge import Base, remote_base_value
from ...usercom.records import read_moment, received_values
from ..own_context import Origin
from ..queue.brake import Brake
from .answers import ConsentField, ConsentNotes, EmailConsent


def consent_origin(rows: Any, user: User | None = None) -> Origin:
    """The origin of consents that ``rows`` brought: calls in the inbox, a push, a list being read.

    The moment is when the call was sent; without a call, when the ``user`` was changed.
    """
    row = rows[-1:]
    payload = row.payload if row._name == "usercom.inbox" else None
    moment = read_moment((payload or {}).get("timestamp")) or (user and user.updated_at)
    return Origin(
        "webhook" if payload else "sync",
        ref=f"{row._name},{row.id}",
        at=moment.replace(tzinfo=None) if moment else None,
    )


# ---- a "no" that comes by another way than a merge ----


def refuse_email(backend: Any, emails: Iterable[str | bool]) -> None:
    """Note that the contacts of these normalized addresses want no e-mail, and withdraw it.

    Another place of Odoo has heard of it: a mailing list, for instance.
    """
    email_consent = EmailConsent(backend)
    mapping = email_consent.blacklist or email_consent.consent
    addresses = [email for email in emails if email]
    if mapping and addresses:
        everybody = backend._partners().with_context(active_test=False)
        partners = everybody.search([("email_normalized", "in", addresses)])
        ConsentNotes(mapping).note(False, partners)
        ConsentField(mapping).withdraw(backend._in_company(partners))


def apply_refusals(backend: Any, partner: Any, user: User, base: Base) -> None:
    """Withdraw the consents that ``user`` refuses and did not when both sides were compared."""
    for mapping in backend.mapping_ids.filtered("is_consent"):
        key, withdrawn = mapping._key(), mapping._withdrawn()
        said = received_consent(user.values.get(key), mapping._as_attribute(), withdrawn)
        is_new = remote_base_value(base, key) != withdrawn
        if mapping.direction != "export" and said is False and is_new:
            withdraw(mapping, backend, partner)


def withdraw(mapping: Any, backend: Any, partner: Any) -> None:
    """Note that a contact refuses one consent, with the origin of ``backend``, and write it."""
    ConsentNotes(mapping).note(False, partner)
    ConsentField(mapping).withdraw(backend._with_account_context(partner))


# ---- what calls say ----
# A call is a prompt to read the user again. A "no" that it brings may be gone by then: our own
# "yes", sent at the same moment, has overwritten it. So each call's answers are kept with their
# moment, and such a "no" is applied.

WORDS = {False: "no", True: "yes"}
LONG_AGO = datetime.min.replace(tzinfo=UTC)

Payload = Mapping[str, Any] | None


def received_answers(backend: Any, payload: Payload) -> dict[str, bool]:
    """Return {key: whether it is a "yes"} of the account's consents that a call shows."""
    consents = backend.env["usercom.field.mapping"]._consent_keys(backend.id)
    received = {key: _received(payload, key, *words) for key, *words in consents}
    return {key: consent for key, consent in received.items() if consent is not None}


def received_consents(answers: Mapping[str, bool], payload: Payload) -> dict[str, dict[str, str]]:
    """Return {key: {"at": when the call was sent, in UTC, "said": "no" or "yes"}}."""
    at = read_moment((payload or {}).get("timestamp"))
    if not at:
        return {}
    moment = at.isoformat(timespec="microseconds")  # all alike, so that they sort as text
    return {key: {"at": moment, "said": WORDS[consent]} for key, consent in answers.items()}


def _received(payload: Payload, key: str, attribute: Attribute, withdrawn: bool) -> bool | None:
    """Return what a call says of one consent; where it says both, it is a "no"."""
    blocks = [(payload or {}).get(name) for name in ("user", "extra")]
    values = [received_values(block).get(key) for block in blocks if isinstance(block, dict)]
    consents = {received_consent(value, attribute, withdrawn) for value in values} - {None}
    return False if False in consents else next(iter(consents), None)


class ReceivedWithdrawals:
    """The answers to consents in some calls about one user, the rows of `usercom.inbox`."""

    def __init__(self, backend: Any, rows: Any) -> None:
        self._backend = backend
        self._rows = rows

    def apply(self, partner: Any, user: User | None) -> None:
        """Withdraw what the calls show as withdrawn since the contact last said "yes".

        ``user`` is who was read for the calls, None where User.com has no such user any more.
        """
        for mapping in self._backend.mapping_ids.filtered("is_consent"):
            if self._is_withdrawn(mapping, partner, user):
                Brake(self._backend).count({"unsubscribed_here": 1})
                withdraw(mapping, self._backend, partner)
            elif self._is_first_word(mapping, partner, user):
                ConsentNotes(mapping).note(False, partner)

    def _is_first_word(self, mapping: Any, partner: Any, user: User | None) -> bool:
        """Whether a user that cannot be read any more said "no", and the contact never anything.

        The user that it was merged into may say an older "yes".
        """
        is_no = self._withdrawn_at(mapping) and not _is_remote_base(mapping, partner)
        return bool(is_no and not self._is_read(user) and not _last_answer(mapping, partner))

    def _is_withdrawn(self, mapping: Any, partner: Any, user: User | None) -> bool:
        moment = self._withdrawn_at(mapping)
        if not moment or not _said_yes_before(mapping, partner, moment):
            return False
        if _is_remote_base(mapping, partner):
            return False
        # A "yes" that User.com shows by now may be ours, which has overwritten the "no".
        return not self._is_given(mapping, user) or _sent_yes_since(mapping, partner, moment)

    def _is_given(self, mapping: Any, user: User | None) -> bool:
        """Return whether the user of the calls says "yes" by now.

        A "yes" of another user, into whom that one was merged, is no answer to its "no".
        """
        value = user.values.get(mapping._key()) if user and self._is_read(user) else None
        return received_consent(value, mapping._as_attribute(), mapping._withdrawn()) is True

    def _is_read(self, user: User | None) -> bool:
        """Return whether ``user`` is the one that the calls are about."""
        asked = set(self._rows.mapped("external_id")) - {0}
        return user is not None and (not asked or user.id in asked)

    def _withdrawn_at(self, mapping: Any) -> datetime | None:
        """Return when the newest call that speaks of the consent was sent, if it says "no"."""
        answers = [(row.consents or {}).get(mapping._key()) for row in self._rows]
        newest_first = sorted(
            filter(None, answers),
            key=lambda each: (-(read_moment(each["at"]) or LONG_AGO).timestamp(), each["said"]),
        )
        if not newest_first or newest_first[0]["said"] != "no":
            return None
        moment = read_moment(newest_first[0]["at"])
        return moment and moment.replace(tzinfo=None)


def _said_yes_before(mapping: Any, partner: Any, moment: datetime) -> bool:
    """Return whether the contact's last answer is a "yes" from before this moment (naive UTC)."""
    last = _last_answer(mapping, partner)
    return last.new_value == "yes" and bool((last.source_at or last.create_date) <= moment)


def _last_answer(mapping: Any, partner: Any) -> Any:
    """Return the last entry of the consent log about this consent of the contact, if any."""
    return mapping.env["usercom.consent.log"].search(
        [
            ("partner_id", "=", partner.id),
            ("company_id", "=", mapping.backend_id.company_id.id),
            ("consent", "=", mapping._key()),
        ],
        limit=1,
    )


def _is_remote_base(mapping: Any, partner: Any) -> bool:
    """Return whether User.com's "no" is known and was not said by the contact."""
    link = mapping.env["usercom.binding"]._of(mapping.backend_id, partner).get(partner.id)
    remote = (link and link.remote_base) or {}
    return bool(remote.get(mapping._key()) == mapping._withdrawn())


def _sent_yes_since(mapping: Any, partner: Any, moment: datetime) -> bool:
    """Return whether we have sent a "yes" to User.com after this moment (naive UTC)."""
    rows = mapping.env["usercom.outbox"].search(
        [
            ("partner_id", "=", partner.id),
            ("backend_id", "=", mapping.backend_id.id),
            ("resource", "=", "users"),
            ("state", "=", "done"),
            ("write_date", ">=", fields.Datetime.to_string(moment)),
        ]
    )
    sent = [row.sent.get(mapping._key()) for row in rows if row.sent]
    return (not mapping._withdrawn()) in sent
