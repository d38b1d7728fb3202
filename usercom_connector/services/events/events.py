"""What happened in Odoo: how it gets into its queue, and from there to User.com.

Events are queued in the transaction of what caused them, many with one INSERT. The drain asks for
the tasks of rows it has claimed, and hands their results back.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Container, Iterable, Iterator
from datetime import UTC
from typing import Any

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...usercom import strict_json
from ...usercom.events import Delivered, EventJob
from ...usercom.texts import excerpt, storable_json
from ..contacts.texts import by_id
from ..database.transactions import without_values
from ..failures.problem import Problem
from ..inbox.calls import queue_pulls
from ..queue.claims import LOW, USUAL, Task
from ..queue.cron_trigger import request_drain
from .deal_companies import DealCompanies

Item = dict[str, Any]

BULK = 100  # at once; more wait for the edits and events of others
LONGEST_KEY = 255
REPLACED = ("deal", "product")  # of which the newest state counts


class EventQueueing:
    """Queues events of one account, as described at ``usercom.event._queue``."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend.sudo()
        self._env = self._backend.env
        self._events = self._env["usercom.event"]

    def queue(self, items: Iterable[Item], priority: int | None = None) -> Any:
        """Queue the ``items``; returns the rows that were queued or changed."""
        items = list(items)
        if not items or self._backend.state not in ("running", "paused"):
            return self._events
        people = self._env["res.partner"].union(*(item["partner"] for item in items if _who(item)))
        waits = self._waits_for_contact(people)
        firms = self._companies(items)
        rows = [
            self._values(item, waits, firms)
            for item in items
            if _is_about(item, waits) or firms.is_known(_deal_of(item))
        ]
        if not rows:
            return self._events
        if priority is None:
            priority = LOW if len(rows) > BULK else USUAL
        queued = self._insert(list(_single(rows)), priority)
        if unlinked := [partner_id for partner_id, is_new in waits.items() if is_new]:
            self._env["usercom.outbox"]._enqueue(unlinked, self._backend)
        request_drain(self._backend)
        return queued

    def _waits_for_contact(self, partners: Any) -> dict[int, bool]:
        """``{contact id: whether it has to be sent first}`` of those who take part."""
        if not partners:
            return {}
        inside = self._backend._taking_part(partners)
        links = self._env["usercom.binding"]._of(self._backend, inside)
        erased = {key for key, link in links.items() if link.state == "erased"}
        return {
            partner_id: not (partner_id in links and links[partner_id].external_id)
            for partner_id in inside.ids
            if partner_id not in erased
        }

    def _companies(self, items: list[Item]) -> DealCompanies:
        partners = (item["company"] for item in items if item.get("company"))
        return DealCompanies(self._backend, self._env["res.partner"].union(*partners))

    def _values(self, item: Item, waits: dict[int, bool], firms: DealCompanies) -> Item:
        partner_id, kind = _who(item), item.get("kind", "event")
        product, firm = item.get("product"), item.get("company")
        return {
            "partner_id": partner_id,
            "commercial_partner_id": firm.id if firm and firm.id in firms.ids else None,
            "kind": kind,
            "name": item["name"],
            "read_name": item.get("read_name"),
            "key": self._key(item, kind),
            "product_key": product,
            "product_keys": item.get("product_keys") or ([product] if product else None),
            "data": item.get("data") or {},
            "occurred_at": fields.Datetime.to_string(
                item.get("occurred_at") or fields.Datetime.now()
            ),
            "awaits_contact": waits.get(partner_id, False),
        }

    def _key(self, item: Item, kind: str) -> str:
        key: str = item["key"] if kind in REPLACED else item.get("key") or uuid.uuid4().hex
        if len(key) > LONGEST_KEY:
            raise UserError(
                self._env._(
                    "“%(key)s…” is too long for a User.com ID: it has at most %(most)s letters.",
                    key=key[:40],
                    most=LONGEST_KEY,
                )
            )
        return key

    def _insert(self, rows: list[Item], priority: int) -> Any:
        self._events.flush_model()
        query = SQL(
            INSERT,
            backend=self._backend.id,
            priority=priority,
            uid=self._env.uid,
            now=fields.Datetime.now(),
            rows=strict_json.dumps(storable_json(rows)),
            replaced=list(REPLACED),
        )
        with without_values():
            found = self._env.execute_query(query)
        self._events.invalidate_model()
        return self._events.browse(row_id for (row_id,) in found)


def _who(item: Item) -> int:
    """The id of the contact that the item is about, 0 for a product."""
    partner = item.get("partner")
    return partner.id if partner else 0


def _deal_of(item: Item) -> int:
    """The id of the company whose own deal the item is, 0 for anything else."""
    firm, is_deal = item.get("company"), item.get("kind") == "deal"
    return _who(item) if is_deal and firm and firm == item.get("partner") else 0


def _is_about(item: Item, people: Container[int]) -> bool:
    """Whether the item is about one of these contacts, or a product, which is nobody's."""
    return item.get("kind") == "product" or _who(item) in people


def _single(rows: list[Item]) -> Iterator[Item]:
    """Yield the rows, each key once: of deals and products the newest state, products first.

    The products go by their keys, so that two transactions that queue the same ones lock them in
    the same order.
    """
    kept: dict[tuple[str, str], Item] = {}
    for row in rows:
        place = row["kind"], row["key"]
        if place not in kept or row["kind"] in REPLACED:
            kept[place] = row
    products = [row for row in kept.values() if row["kind"] == "product"]
    yield from sorted(products, key=lambda row: str(row["key"]))
    yield from (row for row in kept.values() if row["kind"] != "product")


INSERT = """
    INSERT INTO usercom_event AS e
           (backend_id, partner_id, commercial_partner_id, kind, name, read_name, key, product_key,
            product_keys, data, occurred_at, awaits_contact, state, attempts, priority,
            create_uid, write_uid, create_date, write_date)
    SELECT %(backend)s, nullif(i.partner_id, 0), i.commercial_partner_id, i.kind, i.name,
           i.read_name, i.key, i.product_key, i.product_keys, i.data, i.occurred_at,
           i.awaits_contact, 'pending', 0, %(priority)s, %(uid)s, %(uid)s, %(now)s, %(now)s
      FROM ROWS FROM (jsonb_to_recordset(%(rows)s::jsonb) AS (
               partner_id integer, commercial_partner_id integer, kind text, name text,
               read_name text, key text, product_key text, product_keys jsonb, data jsonb,
               occurred_at timestamp, awaits_contact boolean))
           WITH ORDINALITY AS i (partner_id, commercial_partner_id, kind, name, read_name, key,
                                 product_key, product_keys, data, occurred_at, awaits_contact,
                                 position)
     ORDER BY i.position
        ON CONFLICT (backend_id, kind, key)
     WHERE state = 'pending' AND (claimed_at IS NULL OR kind IN ('event', 'product_event'))
        DO UPDATE SET partner_id = EXCLUDED.partner_id,
                      commercial_partner_id = EXCLUDED.commercial_partner_id, name = EXCLUDED.name,
                      product_keys = EXCLUDED.product_keys, data = EXCLUDED.data,
                      occurred_at = EXCLUDED.occurred_at,
                      awaits_contact = EXCLUDED.awaits_contact,
                      priority = greatest(e.priority, EXCLUDED.priority),
                      next_attempt_at = NULL, retries = 0, tried_since = NULL,
                      error = NULL, error_code = NULL, write_date = EXCLUDED.write_date
                WHERE e.kind = ANY(%(replaced)s)
     RETURNING id"""


# ---- from the queue to User.com ----


class EventDelivery:
    """Tells User.com of the events of one account, each after its contact."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env

    def tasks(self, rows: Any) -> list[Task]:
        """What to do for the claimed ``rows``; those that need no call are settled at once."""
        about_people = rows.filtered("partner_id")
        inside = set(self._backend._taking_part(about_people.partner_id).ids)
        links = self._env["usercom.binding"]._of(self._backend, about_people.partner_id)
        tasks = [Task(row, self._job(row, None)) for row in rows - about_people]
        firms = DealCompanies(self._backend, about_people.commercial_partner_id)
        for row in about_people - firms.put_off(about_people):
            link, firm = links.get(row.partner_id.id), firms.key(row)
            if row.partner_id.id not in inside or (link and link.state == "erased"):
                if firm and row.commercial_partner_id == row.partner_id:
                    tasks.append(Task(row, self._job(row, None, firm)))
                else:
                    row._finish(outcome="left_out")
            elif link and link.state == "gone":
                row._finish(outcome="gone")
            elif link and link.external_id:
                tasks.append(Task(row, self._job(row, link.external_id, firm)))
            else:
                self._send_contact_first(row)
        return tasks

    def _job(self, row: Any, user_id: int | None, firm: Item | None = None) -> EventJob:
        return EventJob(
            row.kind,
            row.key,
            row.sudo().read_name or row.name,
            int(row.occurred_at.replace(tzinfo=UTC).timestamp()),
            {**(row.sudo().data or {}), **(firm or {})},
            user_id,
            row.product_key,
            is_repeated=self._backend.event_lost_answer == "repeat",
        )

    def _send_contact_first(self, row: Any) -> None:
        """Queue the contact of a row, which waits for it; nothing of it waits or is being sent.

        Where it was queued before, it could not be sent: all of its events wait until somebody has
        mended that, at most a day.
        """
        if not row.awaits_contact:
            row.awaits_contact = True
            self._env["usercom.outbox"]._enqueue(row.partner_id.ids, self._backend)
            row._put_back()
            return
        message = self._env._(
            "%s could not be sent to User.com yet, so neither can this.", by_id(row.partner_id)
        )
        others = row._waiting_of_contact() - row
        (row + others)._retry_later(Problem(message, "contact_not_sent"), most=math.inf)

    # ---- settling ----

    def settle(self, row: Any, result: Delivered) -> None:
        """Store what came of a row's call."""
        if result.is_user_missing:
            self._find_user_again(row)
        else:
            row._finish(outcome="sent", answer=excerpt(result.answer))

    def _find_user_again(self, row: Any) -> None:
        """Have the contact's user read anew, who was merged or deleted there; the row waits."""
        row.awaits_contact = True
        asked = [("partner_id", "=", row.partner_id.id), ("state", "=", "pending")]
        mine = ("backend_id", "=", self._backend.id)
        if not self._env["usercom.inbox"].search_count([mine, *asked], limit=1):
            queue_pulls(self._backend, row.partner_id)
        text = self._env._("User.com does not know the user of %s.", by_id(row.partner_id))
        row._retry_later(Problem(text, "user_not_there"))
