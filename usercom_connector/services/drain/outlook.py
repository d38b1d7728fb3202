"""What an account has besides rows that wait for their turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from odoo.fields import Domain
from odoo.tools import SQL

from ..queue.quarantine import SUSPECTED
from ..stepwise import Stepwise

QUEUES = ("usercom.inbox", "usercom.outbox", "usercom.event")
LISTS = ("usercom.sweep", "usercom.segment")
UNSEALED = """SELECT FROM usercom_backend b
                JOIN usercom_consent_log l ON l.company_id = b.company_id
               WHERE b.id = %s AND l.chain_number IS NULL"""


@dataclass(frozen=True)
class Outlook:
    """Asked in one query where a run begins and where it ends: mostly an account has none of it."""

    work: list[Stepwise]  # of which there may be anything to do
    has_orphans: bool  # rows that are claimed although nobody is at work on them
    has_suspects: bool  # rows that two workers died with
    is_reading: bool  # a list that User.com serves; another waits for the next regular run
    is_brake_open: bool
    is_unsealed: bool  # the consent log

    @classmethod
    def of(cls, backend: Any) -> Outlook:
        kinds: list[Stepwise] = backend._stepwise_work()
        pending, served = Domain("state", "=", "pending"), Domain("error", "=", False)
        looks = [
            _any_of(backend, QUEUES, pending & Domain("claimed_at", "!=", False)),
            _any_of(backend, QUEUES, pending & SUSPECTED),
            _any_of(backend, LISTS, served & Domain("is_open", "=", True)),
            _any_of(backend, ["usercom.brake"], Domain("opened", "!=", False)),
            SQL("EXISTS (%s)", SQL(UNSEALED, backend.id)),
            *(_any_of(backend, [kind.model], kind.due) for kind in kinds),
        ]
        [found] = backend.env.execute_query(SQL("SELECT %s", SQL(", ").join(looks)))
        facts, are_due = found[:5], found[5:]
        work = [kind for kind, is_due in zip(kinds, are_due, strict=True) if is_due]
        return cls(work, *facts)


def _any_of(backend: Any, models: list[str] | tuple[str, ...], domain: Domain) -> SQL:
    """Whether any of the ``models`` has a record of the account within ``domain``."""
    mine = domain & Domain("backend_id", "=", backend.id)
    found = (backend.env[model]._search(mine).select() for model in models)
    return SQL(" OR ").join(SQL("EXISTS (%s)", query) for query in found)
