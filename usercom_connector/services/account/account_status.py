"""How an account is doing. Dashboard, health and alerts render what is computed here."""

from datetime import timedelta
from functools import cached_property
from typing import Any

from odoo import fields
from odoo.tools import SQL

from ..consents.answers import EmailConsent
from ..inbox.waiting_calls import WaitingCalls
from ..queue.blocking import INBOX_IS_FREE, OUTBOX_IS_FREE
from ..queue.event_claims import EVENT_IS_FREE
from .activity import Activity

# ---- an account that stands still ----

PATIENCE = timedelta(minutes=2)
MOST_LOOKED_AT = 100  # of each queue: this is asked often, and what waits may be much
QUEUES = {
    "usercom.inbox": INBOX_IS_FREE,
    "usercom.outbox": OUTBOX_IS_FREE,
    "usercom.event": EVENT_IS_FREE,
}


class Standstill:
    """Detects that an account stands still.

    The dashboard asks this often, so each query uses an index, and the queues are not queried
    while rows are still being settled.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._since = fields.Datetime.now() - PATIENCE

    def is_there(self) -> bool:
        """Whether rows have been due for a while, and none was settled meanwhile."""
        if self._backend.write_date > self._since or self._has_settled():
            return False  # or was resumed just now, which writes to the account
        return any(self._has_due(name, is_free) for name, is_free in QUEUES.items())

    def _has_settled(self) -> bool:
        settled = [
            ("backend_id", "=", self._backend.id),
            ("hour", ">=", self._since - timedelta(hours=1)),
            ("kind", "!=", "calls"),
            ("write_date", ">", self._since),
        ]
        return bool(self._backend.env["usercom.statistic"].sudo().search_count(settled, limit=1))

    def _has_due(self, name: str, is_free: SQL) -> bool:
        """Whether a row of the queue has been due, or claimed, for all this time."""
        queue = self._backend.env[name]
        query = SQL(
            """SELECT FROM (%s UNION ALL %s) r
                WHERE r.claimed_at < %s OR (r.claimed_at IS NULL AND %s) LIMIT 1""",
            self._due_rows(queue, SQL("next_attempt_at < %s", self._since)),
            self._due_rows(queue, SQL("next_attempt_at IS NULL")),
            self._since,
            is_free,
        )
        queue.flush_model()
        queue.env.cr.execute(query)
        return bool(queue.env.cr.rowcount)

    def _due_rows(self, queue: Any, is_due: SQL) -> SQL:
        return SQL(
            """(SELECT * FROM %s WHERE backend_id = %s AND state = 'pending'
                   AND %s AND create_date < %s LIMIT %s)""",
            SQL.identifier(queue._table),
            self._backend.id,
            is_due,
            self._since,
            MOST_LOOKED_AT,
        )


# ---- the status ----

STALLED = timedelta(minutes=15)  # a drain that works off a backlog takes half of that
FAILURES = 3  # of the job in a row, from which on it is no passing trouble
FEWEST_ROWS = 20  # below, a share of failures says little
DAY = timedelta(hours=24)

Counts = dict[str, int]


class AccountStatus:
    """The facts about one account. Each is computed once, when it is first asked for."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend.sudo()
        self._env = self._backend.env
        self._mine = [("backend_id", "=", backend.id)]

    # ---- whether it may speak ----

    @cached_property
    def is_key_verified(self) -> bool:
        """Whether User.com has accepted the API key that is stored, and not refused it since."""
        backend = self._backend
        is_proven = backend.state not in (False, "draft") and bool(backend.database_marks)
        return is_proven and not self.is_key_refused

    @cached_property
    def is_key_refused(self) -> bool:
        """Whether User.com's last word on the API key that is stored was a no."""
        return bool(self._backend.is_key_refused)

    # ---- whether it moves ----

    @cached_property
    def alarm(self) -> str | None:
        """Why nothing moves although it should; None if it moves, or nobody wants it to.

        It counts no queue, so it may be asked often.
        """
        backend = self._backend
        if backend.state == "paused" and backend.pause_reason:
            return self._env._("Paused: %s", backend.pause_reason)
        return self._job_alarm(backend.cron_id) if backend.state == "running" else None

    def _job_alarm(self, cron: Any) -> str | None:
        if not cron.active:
            return self._env._("Its scheduled job is switched off.")
        if cron.failure_count >= FAILURES:
            return self._env._(
                "Its scheduled job failed %s times in succession. The server's log says why.",
                cron.failure_count,
            )
        if cron.nextcall < fields.Datetime.now() - STALLED:
            return self._env._(
                "Its scheduled job should have run at %s UTC. Do Odoo's cron workers run?",
                fields.Datetime.to_string(cron.nextcall),
            )
        if Standstill(self._backend).is_there():
            return self._env._(
                "Entries wait, but none was sent or received for 2 minutes. The server's log may "
                "say why; do Odoo's cron workers run?"
            )
        return None

    @cached_property
    def fails_often(self) -> bool:
        """Whether too large a share of what was dealt with in the last 24 hours stands failed."""
        of_late = ("write_date", ">=", fields.Datetime.now() - DAY)
        failed = sum(self._count_rows("failed", of_late).values())
        total = failed + sum(map(self.activity.day.total, ("sent", "received", "event")))
        share = self._backend.failure_alert_share
        return bool(share > 0 and total >= FEWEST_ROWS and failed * 100 >= share * total)

    @cached_property
    def is_webhook_silent(self) -> bool:
        """Whether User.com, which changed, has called no more for the chosen time."""
        silent_since = self._backend.webhook_last_call or self.reconciliation.create_date
        patience = timedelta(hours=self._backend.webhook_alert_hours)
        missed_at = self.reconciliation.missed_at
        return bool(
            patience
            and missed_at
            and missed_at > silent_since
            and silent_since < fields.Datetime.now() - patience
        )

    # ---- numbers ----

    @cached_property
    def waiting(self) -> Counts:
        """``{"inbox": waiting rows, "outbox": …, "event": …}``."""
        return self._count_rows("pending")

    @cached_property
    def failed(self) -> Counts:
        """``{"inbox": failed rows, "outbox": …, "event": …}``."""
        return self._count_rows("failed")

    @cached_property
    def has_events(self) -> bool:
        """Whether anything that happened was ever queued, as far as it is still known."""
        return bool(self._env["usercom.event"].search_count(self._mine, limit=1))

    @cached_property
    def unclear(self) -> Counts:
        """Those of the failed rows that match several contacts or users."""
        return self._count_rows("failed", ("is_ambiguous", "=", True))

    def _count_rows(self, state: str, *conditions: Any) -> Counts:
        domain = [*self._mine, ("state", "=", state), *conditions]
        return {
            queue: self._env[f"usercom.{queue}"].search_count(domain)
            for queue in ("inbox", "outbox", "event")
        }

    @cached_property
    def activity(self) -> Activity:
        """What was sent, received and failed of late."""
        return Activity(self._backend)

    @cached_property
    def contacts(self) -> Counts:
        """``{state of the link: contacts}``."""
        counts = self._env["usercom.binding"]._read_group(self._mine, ["state"], ["__count"])
        return {"synced": 0, "failed": 0, "gone": 0} | dict(counts)

    @cached_property
    def companies(self) -> Counts | None:
        """``{state of the link: companies}``, None where companies are not synchronized."""
        if not self._backend.sync_companies:
            return None
        counts = self._env["usercom.company"]._read_group(self._mine, ["state"], ["__count"])
        return {"synced": 0, "failed": 0, "gone": 0} | dict(counts)

    @cached_property
    def has_links(self) -> bool:
        """Whether any contact is linked with a user."""
        return bool(self._env["usercom.binding"].search_count(self._mine, limit=1))

    @cached_property
    def paired_fields(self) -> Any:
        """The mappings but for the one that every account begins with: who refuses e-mail."""
        return self._backend.mapping_ids - EmailConsent(self._backend).blacklist

    @cached_property
    def hears(self) -> bool:
        """Whether any value is read from User.com."""
        return any(mapping.direction != "export" for mapping in self._backend.mapping_ids)

    @cached_property
    def broken_mappings(self) -> int:
        """How many mappings stand still until they are mended."""
        return len(self._backend.mapping_ids.filtered("is_broken"))

    @cached_property
    def gone_labels(self) -> int:
        """How many paired tags and lists User.com has no more."""
        gone = [*self._mine, ("is_gone", "=", True), ("kind", "!=", "segments")]
        return int(self._env["usercom.label"].search_count(gone))

    @cached_property
    def old_calls(self) -> int:
        """How many calls of User.com have waited for long."""
        return WaitingCalls(self._backend).count_old()

    # ---- what reads User.com ----

    @cached_property
    def reconciliation(self) -> Any:
        """The record of the regular reading of changes; empty before the first."""
        return self._env["usercom.sweep"]._known(self._backend, "reconcile")

    @cached_property
    def reconciled_at(self) -> Any:
        """Up to when all changes of User.com are known; False before the first time."""
        return self.reconciliation.until and self.reconciliation.read_until

    @cached_property
    def compared_at(self) -> Any:
        """When the last full comparison came to its end; False before the first time."""
        return self._env["usercom.sweep"]._known(self._backend, "compare").ended_at

    @cached_property
    def stopped_work(self) -> list[tuple[Any, Any]]:
        """``[(kind of work, its record)]`` of what waits for somebody, or is in trouble."""
        kinds = ((kind, kind.stopped()) for kind in self._backend._stepwise_work())
        return [(kind, record) for kind, record in kinds if record]

    @cached_property
    def last_sync(self) -> Any:
        """The initial sync that was begun last and not cancelled; empty if there is none."""
        return self._env["usercom.sync"]._last(self._backend)

    # ---- what somebody should do ----

    @cached_property
    def todo(self) -> dict[str, Any]:
        """``{what: how many, why, or True}``; empty when all is well."""
        if self._backend.state == "draft":
            return {"draft": True}
        found = self._todo_of_account() | self._todo_of_webhook() | self._todo_of_records()
        found |= self._todo_of_work()
        return {what: value for what, value in found.items() if value}

    def _todo_of_account(self) -> dict[str, Any]:
        backend = self._backend
        return {
            "authenticated": backend.state == "authenticated",
            "paused": backend.state == "paused",
            "braked": backend.is_braked,
            "stalled": backend.state == "running" and self.alarm,
            "unmapped": not self.paired_fields,
            "broken": self.broken_mappings,
            "gone": self.gone_labels,
            "reconciliation": self.reconciliation.error,
        }

    def _todo_of_webhook(self) -> dict[str, Any]:
        backend = self._backend
        is_called = backend.state == "authenticated" or not self.hears or backend.webhook_last_call
        return {
            "webhook_never": not is_called,
            "webhook_silent": backend.is_webhook_silent,
            "calls_waiting": self.old_calls,
        }

    def _todo_of_work(self) -> dict[str, Any]:
        return {
            kind.name if record.error else f"{kind.name}_paused": record.error or True
            for kind, record in self.stopped_work
        }

    def _todo_of_records(self) -> dict[str, Any]:
        open_ones = [*self._mine, ("state", "=", "open")]
        return {
            "send_failed": self.failed["outbox"] - self.unclear["outbox"],
            "receive_failed": self.failed["inbox"] - self.unclear["inbox"],
            "event_failed": self.failed["event"],
            "send_unclear": self.unclear["outbox"],
            "receive_unclear": self.unclear["inbox"],
            "conflicts": self._env["usercom.conflict"].search_count(open_ones),
            "differences": self._env["usercom.drift"].search_count(self._mine),
        }
