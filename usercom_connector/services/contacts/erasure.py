"""Remove what is stored about people whose contacts are deleted or anonymized."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from ..mapping.paths import tells_of_another
from .identity import normalized

_TEXTS = ("error", "last_error", "problems")  # texts that may name people, whichever model has them
_RECEIVED = {"usercom.inbox": ["payload"], "usercom.event": ["data", "answer"]}
_VALUES = {  # of contacts, where a pair may show who their company or salesperson is
    "usercom.outbox": ["sent", "answer", "known"],
    "usercom.value.change": ["values"],
    "usercom.conflict": ["base", "odoo", "usercom"],
    "usercom.drift": ["odoo", "usercom"],
    "usercom.sync.line": ["conflicts", "overwritten"],
}
_SHORTEST = 6  # a custom id "7" is in texts that are about anything


class Erasure:
    """Removes what calls, lists and error texts hold about ``partners``, for many at once.

    An e-mail address that another contact has too is not searched for, since what is found by it is
    about that contact as well.
    """

    def __init__(self, partners: Any) -> None:
        self._env = partners.env
        self._partners = partners
        self._links = self._env["usercom.binding"].search([("partner_id", "in", partners.ids)])
        self._emails = self._own_emails()

    def remove(self) -> None:
        """Remove what is about these people, then what names them elsewhere."""
        self._remove_calls()
        self._remove_lines()
        self._forget_merged()
        self._env["usercom.explanation"].search([("partner_id", "in", self._partners.ids)]).unlink()
        self._remove_choices()
        if self._emails:
            self._remove_payloads()
        if traces := self._traces():
            self._remove_texts([f"%{escape_psql(trace)}%" for trace in traces])
            if any(map(tells_of_another, self._env["usercom.field.mapping"].search([]))):
                self._blank(_VALUES, traces)

    def part(self) -> None:
        """End the links of contacts that stay, for good, with all that was noted of them."""
        about = [("partner_id", "in", self._partners.ids)]
        for model in (
            "usercom.outbox",
            "usercom.company",
            "usercom.event",
            "usercom.conflict",
            "usercom.drift",
            "usercom.value.change",
        ):
            self._env[model].search(about).unlink()
        self._links._end()
        backends = self._env["usercom.backend"].search([("state", "!=", "draft")])
        self._env["usercom.binding"].create(
            [
                {"backend_id": backend.id, "partner_id": partner.id, "state": "erased"}
                for backend in backends
                for partner in backend._in_company(self._partners)
            ]
        )

    def _own_emails(self) -> set[str]:
        tried = map(normalized, self._links._tried_emails())
        emails = set(filter(None, [*self._partners.mapped("email_normalized"), *tried]))
        everybody = self._env["res.partner"].with_context(active_test=False)
        same = everybody.search([("email_normalized", "in", list(emails))]) - self._partners
        return emails - set(same.mapped("email_normalized"))

    def _by_user(self) -> Iterator[tuple[Any, str, list[Any]]]:
        """The domain of what is about the linked users, by the name of the account's field."""
        for backend, links in self._links.grouped("backend_id").items():
            keys = {"external_id": links._known_ids(), "custom_id": links.mapped("custom_id")}
            for name, known in keys.items():
                if known := [key for key in known if key]:
                    yield backend, name, known

    def _user_ids(self) -> Iterator[tuple[Any, list[int]]]:
        """The accounts, each with the ids of the linked users."""
        for backend, name, keys in self._by_user():
            if name == "external_id":
                yield backend, keys

    # ---- what is about them ----

    def _remove_calls(self) -> None:
        received = Domain("partner_id", "in", self._partners.ids)
        received |= Domain("email", "in", list(self._emails))
        for backend, name, keys in self._by_user():
            received |= Domain("backend_id", "=", backend.id) & Domain(name, "in", keys)
        self._env["usercom.inbox"].search(received).unlink()

    def _remove_lines(self) -> None:
        lines = Domain("partner_id", "in", self._partners.ids)
        for backend, ids in self._user_ids():
            about = Domain("sync_id.backend_id", "=", backend.id)
            lines |= about & Domain("external_id", "in", ids)
        self._env["usercom.sync.line"].search(lines).unlink()
        self._update(
            "usercom.sync.line",
            ["label", "problems"],
            SQL("SET label = NULL, problems = NULL WHERE lower(label) = ANY(%s)", self._labels()),
        )

    def _labels(self) -> list[str]:
        """How an initial sync may call them: by e-mail, name or phone number."""
        labels = [*self._partners.mapped("name"), *self._partners.mapped("phone")]
        return [text.lower() for text in {*self._emails, *labels} if text]

    def _forget_merged(self) -> None:
        """Forget what was known of users who were merged into theirs, or are to be."""
        for backend, ids in self._user_ids():
            about = [("backend_id", "=", backend.id), ("operation", "=", "merge")]
            merges = Domain("into_external_id", "in", ids) | Domain("external_id", "in", ids)
            self._env["usercom.outbox"].search(Domain(about) & merges).known = False

    def _remove_choices(self) -> None:
        """Value tables name records: contacts, and users, who are contacts too."""
        users = self._env["res.users"].with_context(active_test=False)
        users = users.search([("partner_id", "in", self._partners.ids)])
        keys = {records._name: set(map(str, records.ids)) for records in (self._partners, users)}
        about = [("odoo_key", "in", list(set().union(*keys.values())))]
        for model in ("ir.actions.server.usercom.choice", "usercom.field.mapping.value"):
            lines = self._env[model].search(about)
            lines.filtered(lambda line: line.odoo_key in keys.get(line._comodel(), ())).unlink()

    # ---- what names them elsewhere ----

    def _remove_payloads(self) -> None:
        """Delete calls that name them in the payload; of a linked user's, blank the addresses."""
        patterns = [f'%"{escape_psql(email)}"%' for email in self._emails]
        named = SQL("payload IS NOT NULL AND payload::text ILIKE ANY(%s)", patterns)
        others = SQL(
            """SELECT FROM usercom_binding b
                WHERE b.backend_id = i.backend_id AND b.external_id = i.external_id"""
        )
        Inbox = self._env["usercom.inbox"]
        Inbox.flush_model()
        self._env.cr.execute(
            SQL("DELETE FROM usercom_inbox i WHERE %s AND NOT EXISTS (%s)", named, others)
        )
        Inbox.invalidate_model()
        self._blank(_RECEIVED, self._emails)

    def _blank(self, columns: Mapping[str, list[str]], traces: Collection[str]) -> None:
        """Blank the ``traces`` in what is kept of others, as of a company they ordered for.

        A trace is blanked where it is a whole text of the JSON.
        """
        spelled = [json.dumps(trace, ensure_ascii=False) for trace in sorted(traces)]
        values = {
            "patterns": [f"%{escape_psql(text)}%" for text in spelled],
            "texts": "|".join(map(_literally, spelled)),
        }
        for model, name in [(key, name) for key, names in columns.items() for name in names]:
            change = SQL(
                """SET %(kept)s = regexp_replace(%(kept)s::text, %(texts)s, '""', 'gi')::jsonb
                    WHERE %(kept)s IS NOT NULL AND %(kept)s::text ILIKE ANY(%(patterns)s)""",
                kept=SQL.identifier(name),
                **values,
            )
            self._update(model, [name], change)

    def _remove_texts(self, patterns: list[str]) -> None:
        """Replace error texts that quote them."""
        notice = self._env._("The text named a person whose contact has been erased.")
        for model, name in self._texts():
            column = SQL.identifier(name)
            change = SQL("SET %s = %s WHERE %s ILIKE ANY(%s)", column, notice, column, patterns)
            self._update(model, [name], SQL("%s AND %s IS NOT NULL", change, column))
        change = SQL("SET read_name = NULL WHERE read_name ILIKE ANY(%s)", patterns)
        self._update("usercom.event", ["read_name"], change)

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Yield (model, field) of each text of ours that may name people."""
        for model in self._env.values():
            if model._auto and not model._abstract and model._name.startswith("usercom."):
                fields = map(model._fields.get, _TEXTS)
                yield from ((model._name, field.name) for field in fields if field and field.store)

    def _traces(self) -> set[str]:
        """What tells who they are wherever it stands, unlike "Jan" or "7"."""
        partners = self._partners
        names = {name for name in partners.mapped("name") if name and " " in name.strip()}
        keys = {*partners.mapped("phone"), *self._links.mapped("custom_id")}
        return self._emails | names | {key for key in keys if key and len(key) >= _SHORTEST}

    def _update(self, model: str, names: Iterable[str], change: SQL) -> None:
        records = self._env[model]
        records.flush_model(names)
        self._env.cr.execute(SQL("UPDATE %s %s", SQL.identifier(records._table), change))
        records.invalidate_model(names)


def _literally(text: str) -> str:
    """A regular expression of PostgreSQL that finds the text itself."""
    return "".join(sign if sign.isalnum() else f"\\{sign}" for sign in text)
