"""The consent log is kept as it was: guarded by the database, and sealed by a chain of hashes."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from odoo import fields
from odoo.tools import SQL

from ..database.transactions import unless_locked

# ---- the guard ----
# What may change: an erasure, a deleted account or a deleted login empties what names them; a
# merge of contacts names the one that is left, and says so in the same transaction
# (``merged_into``); a row is sealed once.

GUARD = """
CREATE OR REPLACE FUNCTION usercom_guard_consent_log() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    emptied CONSTANT text[] := '{backend_id,user_id,create_uid,write_uid}';
    seal CONSTANT text[] := '{chain_number,chain_hash,sealed_at,subject,salt}';
    name text;
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE insufficient_privilege USING MESSAGE = 'The consent log is never deleted.';
    END IF;
    IF NEW.partner_id IS NULL AND OLD.partner_id IS NOT NULL THEN
        NEW.salt := NULL;
        NEW.said_as := NULL;
    ELSIF NEW.partner_id <> OLD.partner_id
          AND current_setting('usercom.merged_into', true) = NEW.partner_id::text THEN
        NEW.said_as := coalesce(OLD.said_as, OLD.partner_id);
    ELSIF (NEW.partner_id, NEW.said_as) IS DISTINCT FROM (OLD.partner_id, OLD.said_as) THEN
        RAISE insufficient_privilege USING MESSAGE = 'The consent log names whom it named.';
    END IF;
    FOR name IN SELECT n.key FROM jsonb_each(to_jsonb(NEW)) n
                  JOIN jsonb_each(to_jsonb(OLD)) o ON o.key = n.key AND o.value <> n.value
                 WHERE n.key NOT IN ('partner_id', 'said_as')
                   AND NOT (n.key = ANY (emptied) AND n.value = 'null')
                   AND NOT (n.key = ANY (seal) AND OLD.chain_number IS NULL)
                   AND NOT (n.key = 'salt' AND NEW.partner_id IS NULL AND n.value = 'null')
    LOOP
        RAISE insufficient_privilege
              USING MESSAGE = format('The consent log is never changed: row %s, %s', OLD.id, name);
    END LOOP;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS usercom_consent_log_guard ON usercom_consent_log;
CREATE TRIGGER usercom_consent_log_guard BEFORE UPDATE OR DELETE ON usercom_consent_log
   FOR EACH ROW EXECUTE FUNCTION usercom_guard_consent_log();
DROP TRIGGER IF EXISTS usercom_consent_log_kept ON usercom_consent_log;
CREATE TRIGGER usercom_consent_log_kept BEFORE TRUNCATE ON usercom_consent_log
   FOR EACH STATEMENT EXECUTE FUNCTION usercom_guard_consent_log();
"""
UNGUARD = "DROP FUNCTION IF EXISTS usercom_guard_consent_log() CASCADE"


@contextmanager
def merged_into(env: Any, partner: Any) -> Iterator[None]:
    """Let rows of the log be changed to name ``partner``, into whom others are merged."""
    let = "SELECT set_config('usercom.merged_into', %s, true)"
    env.cr.execute(let, [str(partner.id)])
    yield
    env.cr.execute(let, [""])


# ---- the chain ----

BATCH, BATCHES = 1000, 20  # rows; in one go: the rest is sealed the next time
LATE = timedelta(days=1)  # a row is dated before it is committed, and may be older than its like


@dataclass(frozen=True)
class Row:
    """A row of the consent log, but for what an erasure or a deleted account empties."""

    id: int
    company_id: int
    consent: str
    old_value: str
    new_value: str
    origin: str
    origin_ref: str | None
    source_at: datetime | None
    create_date: datetime
    chain_number: int | None = None
    sealed_at: datetime | None = None
    subject: str | None = None  # a digest of the contact and the salt
    chain_hash: str = ""

    def hash_after(self, previous: str) -> str:
        """The hash that this row has behind the one whose hash is ``previous``."""
        content = json.dumps([*astuple(self)[:-1], previous], default=datetime.isoformat)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class Fault:
    """The first row that is not as it was sealed: its id, its place, and what is wrong."""

    row: int | None
    number: int
    problem: str


class ConsentChain:
    """A company's consent log, each row sealed by a hash of itself and of the row before.

    Rows are sealed after they are committed, so that no edit waits for another. Whom a row names
    is sealed by a digest with a salt that goes when the person is erased: the chain still holds.
    """

    def __init__(self, env: Any, company: Any) -> None:
        self.env, self.company = env, company

    # ---- sealing ----

    def seal_some(self) -> None:
        """Seal the next batches, each in a transaction of its own."""
        for _batch in range(BATCHES):
            if not unless_locked(self.env, self.seal):
                break

    def seal(self) -> int:
        """Seal the next rows; returns how many."""
        rows = self._rows(SQL("chain_number IS NULL"), SQL("id"), SQL("partner_id"))
        head = rows and self._lock_head()
        if not head:
            return 0
        number, previous = head
        sealed, now = [], fields.Datetime.now()
        for place, (row, partner_id) in enumerate(rows, start=number + 1):
            salt = secrets.token_hex(16) if partner_id else None
            subject = digest(salt, partner_id) if partner_id else None
            row = replace(row, chain_number=place, sealed_at=now, subject=subject)
            previous = row.hash_after(previous)
            sealed.append((row.id, place, now, subject, salt, previous))
        self._store(sealed)
        return len(sealed)

    def _lock_head(self) -> tuple[int, str] | None:
        """``(number, hash)`` of the row sealed last; None while somebody else seals."""
        company_id = self.company.id
        self.env.cr.execute(
            "INSERT INTO usercom_consent_chain (company_id, length, head) VALUES (%s, 0, '')"
            " ON CONFLICT (company_id) DO NOTHING",
            [company_id],
        )
        self.env.cr.execute(
            "SELECT length, head FROM usercom_consent_chain WHERE company_id = %s"
            " FOR UPDATE SKIP LOCKED",
            [company_id],
        )
        head: tuple[int, str] | None = self.env.cr.fetchone()
        return head

    def _store(self, sealed: list[tuple[Any, ...]]) -> None:
        self.env.cr.execute(
            """UPDATE usercom_consent_log l
                  SET chain_number = s.number, sealed_at = s.at, subject = s.subject,
                      salt = s.salt, chain_hash = s.hash
                 FROM unnest(%s, %s, %s::timestamp[], %s::text[], %s::text[], %s)
                      s (id, number, at, subject, salt, hash)
                WHERE l.id = s.id""",
            [list(column) for column in zip(*sealed, strict=True)],
        )
        self.env.cr.execute(
            "UPDATE usercom_consent_chain SET length = %s, head = %s WHERE company_id = %s",
            [sealed[-1][1], sealed[-1][-1], self.company.id],
        )
        self.env["usercom.consent.log"].invalidate_model(flush=False)
        self.env["usercom.consent.chain"].invalidate_model(flush=False)

    # ---- verifying ----

    def verify(self) -> dict[str, Any]:
        """``{"sealed", "unsealed", "head", "fault"}``; the fault is None where all rows fit."""
        number, head, newest, fault = 0, "", datetime.min, None
        for row, salt, person in self._sealed_rows():
            if problem := _problem(row, number, head, salt, person) or _backdated(row, newest):
                fault = Fault(row.id, row.chain_number or 0, problem)
                break
            number, head = row.chain_number or 0, row.chain_hash
            newest = max(newest, row.create_date)
        fault = fault or self._fault_at_end(number, head) or self._fault_behind(number, newest)
        [[unsealed]] = self.env.execute_query(
            SQL(
                """SELECT count(*) FROM usercom_consent_log
                    WHERE company_id = %s AND chain_number IS NULL""",
                self.company.id,
            )
        )
        return {"sealed": number, "unsealed": unsealed, "head": head, "fault": fault}

    def _sealed_rows(self) -> Iterator[tuple[Row, str | None, int | None]]:
        """Yield each sealed row, its salt and whom it named when it was sealed."""
        number, more = 0, SQL("salt, coalesce(said_as, partner_id)")
        while rows := self._rows(SQL("chain_number > %s", number), SQL("chain_number"), more):
            yield from rows
            number = rows[-1][0].chain_number

    def _fault_at_end(self, number: int, head: str) -> Fault | None:
        """What is wrong where the sealed rows end, None if they end as they should."""
        rows = self.env.execute_query(
            SQL(
                "SELECT length, head FROM usercom_consent_chain WHERE company_id = %s",
                self.company.id,
            )
        )
        length, known = rows[0] if rows else (0, "")
        if (length, known) == (number, head):
            return None
        if length > number:
            return Fault(None, number + 1, f"the last {length - number} row(s) are missing")
        return Fault(None, number, "the last row was not sealed by Odoo")

    def _fault_behind(self, number: int, newest: datetime) -> Fault | None:
        """A row, not sealed yet, that is older than it can be."""
        for (row,) in self._rows(SQL("chain_number IS NULL"), SQL("create_date")):
            if problem := _backdated(row, newest):
                return Fault(row.id, number + 1, problem)
        return None

    def _rows(self, condition: SQL, order: SQL, more: SQL | None = None) -> list[Any]:
        """``[(row, *more)]`` of the company's next rows."""
        names = list(Row.__dataclass_fields__)
        found = self.env.execute_query(
            SQL(
                """SELECT %s FROM usercom_consent_log
                    WHERE company_id = %s AND %s ORDER BY %s LIMIT %s""",
                SQL(", ").join([*map(SQL.identifier, names), *([more] if more else [])]),
                self.company.id,
                condition,
                order,
                BATCH,
            )
        )
        return [(Row(*values[: len(names)]), *values[len(names) :]) for values in found]


def digest(salt: str | None, partner_id: int) -> str:
    """A digest by which a row names this contact for as long as the salt is kept."""
    return hashlib.sha256(f"{salt}:{partner_id}".encode()).hexdigest()


def _problem(row: Row, number: int, head: str, salt: str | None, person: int | None) -> str | None:
    """What is wrong with a sealed ``row`` behind the one of that number and hash, if anything."""
    if lost := (row.chain_number or 0) - number - 1:
        return f"{lost} row(s) before it are missing"
    if row.hash_after(head) != row.chain_hash:
        return "was changed or inserted"
    return "names another contact" if person and row.subject != digest(salt, person) else None


def _backdated(row: Row, newest: datetime) -> str | None:
    """A row that says it is older than those which were there before it, None if it does not."""
    is_old = newest > datetime.min and row.create_date < newest - LATE
    return "was inserted later than it says" if is_old else None
