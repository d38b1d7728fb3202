"""What an account moved: values of its pairs, and companies of contacts; kept for some days.

Consents are left out: they have a log of their own.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from odoo import SUPERUSER_ID, fields
from odoo.fields import Domain
from odoo.tools import SQL

from ...usercom.company_sync import CompanyPush, MembersChanged
from ...usercom.mass import MassPush
from ...usercom.merge import remote_base_value
from ...usercom.push import Push
from ...usercom.pushed import Pushed
from ...usercom.records import USERS
from ...usercom.texts import storable_json
from ..mapping.paths import tells_of_another
from ..memberships import Memberships
from ..own_context import Origin, own_context
from ..queue.claims import Task

LONGEST_VALUE = 200  # characters

Moved = dict[str, tuple[Any, Any]]
"""``{key: (the value before, the value now)}``, canonical."""


_INSERTION = """
    INSERT INTO usercom_value_change
           (backend_id, partner_id, kind, mapping_id, label_id, old_company_id, new_company_id,
            direction, "values", origin, user_id, create_uid, write_uid, create_date, write_date)
    SELECT %(backend)s, c.partner_id, c.kind, c.mapping_id, c.label_id, c.old_company_id,
           c.new_company_id, c.direction, c."values", c.origin, c.user_id, %(uid)s, %(uid)s,
           %(now)s, %(now)s
      FROM jsonb_to_recordset(%(noted)s::jsonb)
        AS c(partner_id int, kind text, mapping_id int, label_id int, old_company_id int,
             new_company_id int, direction text, "values" jsonb, origin text, user_id int)"""


class Author(NamedTuple):
    """By whom a value was moved; ``user_id`` is None where nobody knows, or it was no user."""

    origin: str
    user_id: int | None = None


class ValueChanges:
    """Notes what values were moved, in one statement for many contacts.

    To be called only where the account keeps a history of fields (``history_days``).
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env

    def note_sent(self, settled: Iterable[tuple[Task, Any]]) -> None:
        """Note what User.com has taken of pushes, before their rows are settled.

        ``settled``: tasks and the results of their jobs.
        """
        pushes = [push for task, result in settled for push in _pushes(task, result)]
        there = self._env["usercom.outbox"].union(*(row for row, _push, _pushed in pushes))
        there = there.exists()
        self._insert(
            change
            for row, push, pushed in pushes
            if row in there
            for change in self._changes(
                "sent", row.partner_id, _taken(push, pushed), _by(row), row.resource
            )
        )

    def note_created(self, partners: Any, received: dict[int, Collection[str]]) -> None:
        """Note what a file has brought to User.com, of contacts who were linked just now.

        ``received``: {contact id: keys of what came to Odoo instead}.
        """
        links = self._env["usercom.binding"]._of(self._backend, partners)
        self._insert(
            change
            for partner in partners
            if (link := links.get(partner.id))
            for change in self._changes(
                "sent", partner, _introduced(link, received[partner.id]), Author("sync")
            )
        )

    def note_merged(self, plans: Collection[Any], resource: str = USERS) -> None:
        """Note what the ``plans`` of merges have brought to contacts, or found to have arrived.

        ``resource``: whether they were merged with users or with companies.
        """
        arrived = [plan for plan in plans if plan.arrived]
        author, waiting = self._receiver(), self._waiting(arrived, resource)
        self._insert(
            change
            for plan in plans
            for change in (
                *self._changes("received", plan.partner, _received(plan), author, resource),
                *self._changes(
                    "sent", plan.partner, plan.arrived, _by(waiting[plan.partner.id]), resource
                ),
            )
        )

    def note_members(self, row: Any, company: Any, done: MembersChanged) -> None:
        """Note whom User.com has made a member of ``company``, and whom it has none any more.

        ``row``: the one of the outbox that had it done.
        """
        users = [*done.joined, *done.left]
        links = self._env["usercom.binding"].search_fetch(
            [("backend_id", "=", self._backend.id), ("external_id", "in", users)],
            ["partner_id", "external_id"],
        )
        none = company.browse()
        sides = {True: (none, company), False: (company, none)}
        self._store(
            _moved("sent", link.partner_id, *sides[link.external_id in done.joined], _by(row))
            for link in links
        )

    def note_companies(self, moves: dict[Any, Any]) -> None:
        """Note that contacts are about to get a company: ``{contact: company}``."""
        author = self._receiver()
        self._store(
            _moved("received", partner, partner.parent_id, company, author)
            for partner, company in moves.items()
        )

    def note_chosen(self, partner: Any, moved: Moved) -> None:
        """Note that the user of the environment has taken over values of User.com by hand."""
        author = Author("hand", self._env.uid)
        self._insert(self._changes("received", partner, moved, author))

    def _waiting(self, plans: Iterable[Any], resource: str) -> dict[int, Any]:
        """``{contact id: the row that waits to be sent again as ``resource``}``, of ``plans``."""
        partners = self._env["res.partner"].union(*(plan.partner for plan in plans))
        outbox = self._env["usercom.outbox"]
        rows = outbox._waiting_rows(partners, self._backend, resource) if partners else outbox
        return defaultdict(outbox.browse, {row.partner_id.id: row for row in rows})

    def _receiver(self) -> Author:
        """Through whom values of User.com come to Odoo: a pull or push by hand, for instance."""
        origin = own_context(self._env).origin or Origin("sync")
        model, _comma, row_id = (origin.ref or "").partition(",")
        if model == "usercom.sync":
            return Author("sync")
        if model not in ("usercom.inbox", "usercom.outbox") or origin.origin == "webhook":
            return Author("usercom")
        row = self._env[model].browse(int(row_id))
        is_by_hand = row.is_by_hand if model == "usercom.outbox" else row.partner_id
        user_id = row.create_uid.id
        is_known = is_by_hand and user_id != SUPERUSER_ID
        return Author("hand", user_id) if is_known else Author("usercom")

    def _changes(
        self,
        direction: str,
        partner: Any,
        moved: Moved,
        author: Author,
        resource: str = USERS,
    ) -> Iterator[dict[str, Any]]:
        for key, (old, new) in moved.items():
            if old != new:
                yield {
                    "partner_id": partner.id,
                    "pair": (resource, key),
                    "direction": direction,
                    "values": [_shortened(old), _shortened(new)],
                    "origin": author.origin,
                    "user_id": author.user_id,
                }

    def _insert(self, changes: Iterable[dict[str, Any]]) -> None:
        """Store them, but for consents and for pairs that are there no more."""
        pairs = self._pairs()
        noted = [c | pairs[c["pair"]] for c in changes if c["pair"] in pairs]
        self._forget_others([c for c in noted if c["values"][1] is None])
        self._store(noted)

    def _forget_others(self, emptied: list[dict[str, Any]]) -> None:
        """Blank what these changes say of others whom nobody is called by: who has been erased."""
        ids = {change["mapping_id"] for change in emptied if "mapping_id" in change}
        telling = self._env["usercom.field.mapping"].browse(ids).filtered(tells_of_another)._ids
        told = [change for change in emptied if change.get("mapping_id") in telling]
        texts = [str(change["values"][0]) for change in told]
        known = self._called(texts) if texts else set()
        for change in told:
            if str(change["values"][0]) not in known:
                change["values"] = ["", None]

    def _called(self, texts: list[str]) -> set[str]:
        """Those of the ``texts`` that are the name or the address of some contact."""
        names = ("name", "complete_name", "email_normalized")
        everybody = self._env["res.partner"].with_context(active_test=False)
        found = everybody.search_read(Domain.OR(Domain(n, "in", texts) for n in names), names)
        return {contact[name] for contact in found for name in names}

    def _pairs(self) -> dict[tuple[str, str], dict[str, Any]]:
        """``{(resource, key): the columns that name the pair}``."""
        mappings = self._backend.mapping_ids | self._backend.company_mapping_ids
        named = {
            (mapping.resource, mapping._key()): {"kind": "field", "mapping_id": mapping.id}
            for mapping in mappings
            if not mapping.is_consent
        }
        groups = Memberships(self._backend).by_key.items()
        return named | {
            (USERS, key): {"kind": "group", "label_id": pair.label_id.id} for key, pair in groups
        }

    def _store(self, changes: Iterable[dict[str, Any]]) -> None:
        if noted := list(changes):
            self._env.cr.execute(
                SQL(
                    _INSERTION,
                    backend=self._backend.id,
                    uid=self._env.uid,
                    now=fields.Datetime.now(),
                    noted=json.dumps(noted, default=str),
                )
            )


def _pushes(task: Task, result: Any) -> Iterator[tuple[Any, Push, Pushed]]:
    """Yield (row, push, what it did) of the pushes of a task, if it was one."""
    match task.job:
        case MassPush():
            results = zip(task.rows, task.job.pushes, result, strict=True)
            yield from ((row, push, pushed) for row, push, pushed in results if pushed)
        case Push():
            yield task.rows, task.job, result
        case CompanyPush():
            yield task.rows, task.job.push, result


def _taken(push: Push, pushed: Pushed) -> Moved:
    """What User.com has taken of what was sent: of a name that it has cut, what it has left."""
    known = push.base if push.identity.user_id else {}
    return {
        key: (remote_base_value(known, key), pushed.remote_base.get(key, value))
        for key, value in pushed.sent.items()
        if key not in pushed.ignored
    }


def _introduced(link: Any, received: Collection[str]) -> Moved:
    """What both sides have of a contact, now that it was met with a user made of it."""
    base = link.sudo()._last_base()
    apart = {*received, *base.remote}
    return {key: (None, value) for key, value in base.items() if key not in apart}


def _received(plan: Any) -> Moved:
    """What the ``MergePlan`` has written, as Odoo has it now."""
    before = plan.sides.odoo if plan.sides else {}
    base = plan.agreed.base
    return {key: (before.get(key), base.get(key, value)) for key, value in plan.written.items()}


def _moved(direction: str, partner: Any, old: Any, new: Any, author: Author) -> dict[str, Any]:
    """The row of a contact that got another company, or lost the one it had."""
    return {
        "partner_id": partner.id,
        "kind": "company",
        "old_company_id": old.id or None,
        "new_company_id": new.id or None,
        "direction": direction,
        "origin": author.origin,
        "user_id": author.user_id,
    }


def _by(row: Any) -> Author:
    """Who had the ``row`` of the outbox be sent; nobody knows of one that is not waiting any more.

    Marta edits the phone, and before it is sent Olga edits the city: then nobody knows who edited
    which. Whatever the connector does by itself it does as superuser.
    """
    users = {*row.create_uid.ids, *row.write_uid.ids} - {SUPERUSER_ID}
    if not users:
        return Author("automatic")
    user_id = users.pop() if len(users) == 1 else None
    return Author("hand" if row.is_by_hand else "user", user_id)


def _shortened(value: Any) -> Any:
    """The value itself; a long one as a text that is cut."""
    value = storable_json(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return value if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
