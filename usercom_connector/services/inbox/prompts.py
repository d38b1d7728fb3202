"""Prompts: rows of the inbox that ask for a user to be read again, one for each who waits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

from ...usercom import User, strict_json
from ...usercom.records import derive_name_std
from ..consents.received import received_answers, received_consents
from ..contacts.identity import normalized
from ..database.transactions import without_values
from ..failures.problem import columns
from ..queue.claims import URGENT

# ---- the body of a call ----

LONGEST_KEY = 255
MOST_LEVELS = 32
NOTHING = ("None", "null")  # how templates write an empty value

Payload = dict[str, Any]
Keys = dict[str, Any]
"""``{external_id, custom_id, email, user_ref}``: by what a user is named; ``user_ref`` is the
strongest of them, such as ``external_id:7``."""


def parse(body: str | bytes) -> Payload | None:
    """Return the JSON object of ``body``; None for anything else, or what no database keeps."""
    try:
        payload = strict_json.loads(body)
        if strict_json.is_deeper_than(MOST_LEVELS, payload):
            return None
        text = json.dumps(payload, ensure_ascii=False, allow_nan=False)
        text.encode()  # refuses halves of surrogate pairs
    except ValueError:
        return None
    return payload if isinstance(payload, dict) and "\\u0000" not in text else None


def keys_of(payload: Payload) -> Keys:
    """Return the keys of the user that ``payload`` names; empty if nobody."""
    user, extra = payload.get("user"), payload.get("extra")
    if isinstance(user, dict):
        user = {"custom_id": user.get("user_id"), **user}  # its name in User.com's API v1
    return keys_in(user) or keys_in(extra)


def keys_in(block: Any) -> Keys:
    """Return the keys of the user that ``block``, an object with id, custom_id or email, names."""
    if not isinstance(block, dict):
        return {}
    keys = {
        "external_id": _integer(block.get("id")),
        "custom_id": _text(block.get("custom_id")),
        "email": normalized(_text(block.get("email")) or ""),
    }
    ref = next((f"{name}:{value}" for name, value in keys.items() if value), None)
    return {**keys, "user_ref": ref} if ref else {}


def _integer(value: Any) -> int | None:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else 0
    return number if 0 < number < 2**31 else None


def _text(value: Any) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text if 0 < len(text) <= LONGEST_KEY and text not in NOTHING else None


# ---- what of it is worth storing ----

ALWAYS = {"id", "user_id", "custom_id", "email", "updated_at", "first_name", "last_name", "name"}


class PayloadFilter:
    """Keeps the values of the attributes called ``keys``, and what names user and moment."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = ALWAYS.union(keys)

    def of(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The part of a call's ``payload`` that is kept."""
        kept: dict[str, Any] = {"timestamp": payload["timestamp"]} if "timestamp" in payload else {}
        for name in ("user", "extra"):
            if isinstance(payload.get(name), dict):
                kept[name] = self._block(payload[name])
        return kept

    def _block(self, block: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in block.items() if derive_name_std(name) in self._keys}
        if isinstance(block.get("attributes"), list):
            kept["attributes"] = [item for item in block["attributes"] if self._is_kept(item)]
        return kept

    def _is_kept(self, item: Any) -> bool:
        names = (item.get("name"), item.get("name_std")) if isinstance(item, dict) else ()
        return any(isinstance(name, str) and derive_name_std(name) in self._keys for name in names)


# ---- prompts ----

KEYS = ("external_id", "custom_id", "email", "user_ref")
MOST_BYTES = 16 * 1024
# A row of the same user that waits already is brought up to date: it keeps its turn. One that is
# just being claimed, or changed by another call, is left alone; then a second one waits.
PUT = """
    WITH waiting AS (
        UPDATE usercom_inbox i
           SET priority = greatest(i.priority, %(priority)s), next_attempt_at = NULL,
               payload = CASE
                   WHEN i.payload ? 'user' AND %(payload)s::jsonb ? 'user'
                    AND i.payload->>'timestamp' > %(payload)s::jsonb->>'timestamp' THEN i.payload
                   WHEN i.payload ? 'user' AND %(payload)s::jsonb ? 'user' THEN %(payload)s::jsonb
                   ELSE coalesce(%(payload)s::jsonb, i.payload) - 'user' END,
               consents = (
                   SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM (
                       SELECT DISTINCT ON (key) key, value FROM (
                           SELECT * FROM jsonb_each(i.consents)
                           UNION ALL SELECT * FROM jsonb_each(%(consents)s::jsonb)) received
                        ORDER BY key, value->>'at' DESC, value->>'said') newest),
               serial = nextval('usercom_inbox_id_seq'), write_date = %(now)s,
               external_id = coalesce(i.external_id, %(external_id)s),
               custom_id = %(custom_id)s, email = %(email)s  -- as the newest call names the user
         WHERE id = (SELECT id FROM usercom_inbox
                      WHERE backend_id = %(backend_id)s AND user_ref = %(user_ref)s
                        AND state = 'pending' AND claimed_at IS NULL AND partner_id IS NULL
                        AND consents IS NOT NULL
                      ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id),
    fresh AS (
        INSERT INTO usercom_inbox (backend_id, state, attempts, priority, payload, consents,
                                   create_date, write_date, external_id, custom_id, email, user_ref)
        SELECT %(backend_id)s, 'pending', 0, %(priority)s, %(payload)s, %(consents)s,
               %(now)s, %(now)s, %(external_id)s, %(custom_id)s, %(email)s, %(user_ref)s
         WHERE NOT EXISTS (SELECT FROM waiting)
        RETURNING id)
    SELECT id FROM waiting UNION ALL SELECT id FROM fresh"""


class Prompts:
    """The prompts of one account."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._inbox = backend.env["usercom.inbox"]

    def put(self, keys: Keys, payload: Payload | None = None) -> Any:
        """Store one prompt, with a call's ``payload`` if one came; returns its row."""
        self._inbox.flush_model()
        row = self._inbox.browse(self.store(keys, payload))
        row.invalidate_recordset(flush=False)  # one that waited may have been read before
        return row

    def store(self, keys: Keys, payload: Payload | None = None) -> int:
        """Store it where nothing of the inbox was read or written before; returns the row's id.

        Past the ORM, since User.com waits for the answer.
        """
        answers = received_answers(self._backend, payload)
        values = {
            "backend_id": self._backend.id,
            "priority": URGENT if False in answers.values() else 0,
            "payload": self.stored_part(payload),
            "consents": json.dumps(received_consents(answers, payload)),
            "now": fields.Datetime.now(),
            **{name: keys.get(name) for name in KEYS},
        }
        with without_values():
            self._inbox.env.cr.execute(PUT, values)
        row_id: int = self._inbox.env.cr.fetchone()[0]
        return row_id

    def stored_part(self, payload: Payload | None) -> str | None:
        """Return, as JSON, the values of mapped attributes that a call brought; none where many.

        Without them the user is read, as ever.
        """
        if payload is None:
            return None
        mappings = self._inbox.env["usercom.field.mapping"]
        kept = PayloadFilter(mappings._received_keys(self._backend.id)).of(payload)
        text = json.dumps(kept)
        if len(text) > MOST_BYTES:
            text = json.dumps({"timestamp": str(kept.get("timestamp"))[:64]})
        return text

    def about(self, users: list[User], newest: int) -> dict[int, Any]:
        """Return ``{user id: rows}`` that ask for ``users`` and came before the list was read.

        ``newest`` is the last row from before. An e-mail address that two of the users share names
        neither: its rows wait to be read one by one.
        """
        by_custom_id = {user.custom_id: user.id for user in users if user.custom_id}
        emails = Counter(normalized(user.email) for user in users)
        by_email = {email: u.id for u in users if emails[email := normalized(u.email)] == 1}
        rows = self._inbox.search(
            Domain("backend_id", "=", self._backend.id)
            & Domain("state", "=", "pending")
            & Domain("id", "<=", newest)
            & (Domain("serial", "=", False) | Domain("serial", "<=", newest))
            & (
                Domain("external_id", "in", [user.id for user in users])
                | Domain("custom_id", "in", list(by_custom_id))
                | Domain("email", "in", [email for email in by_email if email])
            ),
            order="id",
        )
        return rows.grouped(
            lambda row: (
                row.external_id or by_custom_id.get(row.custom_id) or by_email.get(row.email)
            )
        )

    # ---- users whom no call is about ----

    def read_single(self, user: User) -> None:
        """Have ``user`` read by itself; a row that has failed already goes round again."""
        about = [("backend_id", "=", self._backend.id), ("external_id", "=", user.id)]
        row = self._inbox.search([*about, ("state", "in", ("pending", "failed"))], limit=1)
        if row.state == "failed":
            row._put_back(retries=0, next_attempt_at=False, tried_since=False)
        elif not row:
            self.put(keys_in({"id": user.id, "email": user.email}))

    def report(self, user: User, error: str, **values: Any) -> None:
        """Add a failed row for what nobody asked for, once; none for what was dismissed."""
        about = [("backend_id", "=", self._backend.id), ("external_id", "=", user.id)]
        known = [("state", "in", ("failed", "dismissed")), ("error", "=", columns(error)["error"])]
        if not self._inbox.search_count([*about, *known], limit=1):
            keys = keys_in({"id": user.id, "custom_id": user.custom_id, "email": user.email})
            self._inbox.create({"backend_id": self._backend.id, **keys})._fail(error, **values)


# ---- calls that something urgent waits for ----


def prioritize_calls(env: Any, partner_ids: Iterable[int]) -> None:
    """Prioritize the calls about contacts that withdrew a consent, as they are sent after these."""
    env.cr.execute(
        SQL(
            """UPDATE usercom_inbox SET priority = %(urgent)s, next_attempt_at = NULL
                WHERE id IN (
                   SELECT i.id FROM usercom_inbox i JOIN usercom_binding b
                          ON b.backend_id = i.backend_id AND b.external_id = i.external_id
                    WHERE b.partner_id = ANY(%(partners)s) AND i.state = 'pending'
                   UNION
                   SELECT i.id FROM usercom_inbox i JOIN usercom_binding b
                          ON b.backend_id = i.backend_id AND b.custom_id = i.custom_id
                    WHERE b.partner_id = ANY(%(partners)s) AND i.state = 'pending'
                      AND coalesce(i.external_id, 0) = 0
                   UNION
                   SELECT i.id FROM usercom_inbox i JOIN res_partner p
                          ON p.email_normalized = i.email
                    WHERE p.id = ANY(%(partners)s) AND i.state = 'pending'
                      AND coalesce(i.external_id, 0) = 0)""",
            urgent=URGENT,
            partners=list(partner_ids),
        )
    )
