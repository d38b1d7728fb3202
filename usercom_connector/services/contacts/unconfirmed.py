"""What is about to be sent is stored before the call: its answer may be lost, or its worker die."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from odoo import fields
from odoo.tools import SQL

from ...usercom.connections import LONGEST_CALL
from ...usercom.jobs import Outcome
from ...usercom.push import Push
from ...usercom.throttle import LONGEST_HOLD
from ...usercom.verify_write import Unconfirmed, added
from ..queue.claims import Task

# As long as its call may take, its turn before, and as a search may lag behind.
CREATION_TAKES = timedelta(seconds=LONGEST_CALL + LONGEST_HOLD + 60)


class UnconfirmedValues:
    """The values of one account's contacts that are on their way, kept with their links."""

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.bindings = backend.env["usercom.binding"]

    def store(self, tasks: Iterable[Task], bindings: Mapping[int, Any]) -> None:
        """Store what the pushes among ``tasks`` send: one statement for links, one for new ones.

        ``bindings``: {contact id: link}.
        """
        sent = {
            task.rows.partner_id.id: added(task.job.unconfirmed, values)
            for task in tasks
            if isinstance(task.job, Push) and (values := task.job.sends())
        }
        known = {key: values for key, values in sent.items() if key in bindings}
        if known:
            self._update(known)
        if new := {key: values for key, values in sent.items() if key not in known}:
            self._insert(new)

    def without_open_creations(self, rows: Any, bindings: Mapping[int, Any]) -> Any:
        """The ``rows`` but those whose user may be being created: they wait until it is found."""
        now = fields.Datetime.now()
        waiting = rows.browse()
        for row in rows:
            link = bindings.get(row.partner_id.id)
            sent_at = link and not link.external_id and link.unconfirmed_at
            if sent_at and sent_at + CREATION_TAKES > now:
                row._postpone((sent_at + CREATION_TAKES - now).total_seconds())
                waiting += row
        return rows - waiting

    def forget(self, task: Task) -> None:
        """Forget what the first attempt of ``task`` would have sent, as no user was created."""
        if isinstance(task.job, Push) and not (task.job.identity.user_id or task.job.unconfirmed):
            links = self.bindings._of(self.backend, task.rows.partner_id)
            never_linked = [link.id for link in links.values() if not link.external_id]
            values = {"unconfirmed": False, "unconfirmed_at": False}
            self.bindings.browse(never_linked).sudo().write(values)

    def note_end(self, task: Task) -> None:
        """Note that the call to create a user has ended, so that nothing waits for it.

        What was sent stays known: a 503 of a server that had created the user is not unheard of,
        and what is found there then is our own doing.
        """
        links = self.bindings._of(self.backend, task.rows.partner_id)
        open_links = [link.id for link in links.values() if not link.external_id]
        ended = fields.Datetime.now() - CREATION_TAKES
        self.bindings.browse(open_links).sudo().unconfirmed_at = ended

    def note_created(self, outcome: Outcome[Task, Any]) -> None:
        """Note the user that a call has created, though its answer could not be stored yet."""
        task, user = outcome.task, getattr(outcome.result, "user", None)
        if isinstance(task.job, Push) and user and not task.job.identity.user_id:
            for link in self.bindings._of(self.backend, task.rows.partner_id).values():
                link.sudo().external_id = link.external_id or user.id

    def _update(self, sent: Mapping[int, Unconfirmed]) -> None:
        """Store the values, except for links that another transaction has locked."""
        self.bindings.flush_model()
        self.backend.env.cr.execute(
            SQL(
                """WITH links AS (
                       SELECT b.id, s.sent FROM usercom_binding b
                         JOIN %s ON s.partner_id = b.partner_id
                        WHERE b.backend_id = %s FOR UPDATE OF b SKIP LOCKED)
                   UPDATE usercom_binding b SET unconfirmed = links.sent, unconfirmed_at = %s
                     FROM links WHERE b.id = links.id""",
                self._rows(sent),
                self.backend.id,
                fields.Datetime.now(),
            )
        )
        self.bindings.invalidate_model(["unconfirmed", "unconfirmed_at"])

    def _insert(self, sent: Mapping[int, Unconfirmed]) -> None:
        env, now = self.backend.env, fields.Datetime.now()
        env.cr.execute(
            SQL(
                """INSERT INTO usercom_binding
                          (backend_id, partner_id, state, unconfirmed, unconfirmed_at,
                           create_uid, write_uid, create_date, write_date)
                   SELECT %(backend)s, s.partner_id, 'pending', s.sent, %(now)s,
                          %(uid)s, %(uid)s, %(now)s, %(now)s FROM %(rows)s
                       ON CONFLICT (partner_id, backend_id) DO NOTHING""",
                backend=self.backend.id,
                now=now,
                uid=env.uid,
                rows=self._rows(sent),
            )
        )
        env["res.partner"].invalidate_model(["usercom_binding_ids", "usercom_state"])

    def _rows(self, sent: Mapping[int, Unconfirmed]) -> SQL:
        """SQL: ``s(partner_id, sent)``."""
        values = [json.dumps(each) for each in sent.values()]
        return SQL("unnest(%s::int[], %s::jsonb[]) AS s(partner_id, sent)", list(sent), values)
