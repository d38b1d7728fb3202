"""What an account has besides rows that wait for their turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from odoo.fields import Domain
from odoo.tools import SQL

from ..queue.quarantine import MOST_ORPHANINGS
from ..stepwise import Stepwise

CLAIMED = SQL("state = 'pending' AND claimed_at IS NOT NULL")
SUSPECTED = SQL("state = 'pending' AND claims >= %s", MOST_ORPHANINGS - 1)
SERVED = SQL("is_open AND error IS NULL")
UNSEALED = """EXISTS (SELECT FROM usercom_backend b
                        JOIN usercom_consent_log l ON l.company_id = b.company_id
                       WHERE b.id = %s AND l.chain_number IS NULL)"""
QUEUES = ("usercom_inbox", "usercom_outbox", "usercom_event")
LISTS = ("usercom_sweep", "usercom_segment")


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
        looks = [
            _any_of(backend, CLAIMED, *QUEUES),
            _any_of(backend, SUSPECTED, *QUEUES),
            _any_of(backend, SERVED, *LISTS),
            _any_of(backend, SQL("opened IS NOT NULL"), "usercom_brake"),
            SQL(UNSEALED, backend.id),
            *(_is_due(backend, kind) for kind in kinds),
        ]
        backend.env.flush_all()
        [found] = backend.env.execute_query(SQL("SELECT %s", SQL(", ").join(looks)))
        facts, are_due = found[:5], found[5:]
        work = [kind for kind, is_due in zip(kinds, are_due, strict=True) if is_due]
        return cls(work, *facts)


def _any_of(backend: Any, condition: SQL, *tables: str) -> SQL:
    """Whether any of the ``tables`` has such a row of the account."""
    query = "EXISTS (SELECT FROM %s WHERE backend_id = %s AND %s)"
    rows = (SQL(query, SQL.identifier(table), backend.id, condition) for table in tables)
    return SQL(" OR ").join(rows)


def _is_due(backend: Any, kind: Stepwise) -> SQL:
    mine = kind.due & Domain("backend_id", "=", backend.id)
    return SQL("EXISTS (%s)", backend.env[kind.model]._search(mine).select())
