"""What an operator has done from the command line."""

from collections.abc import Iterator
from typing import Any

from odoo import fields

from ...usercom.spreadsheet import guarded
from ..explanation.explanation import Explanation
from .health import health as health

AT_ONCE = 1000


def drain_now(backend: Any) -> bool:
    """Work the queues off in this process; return False where a worker does so already.

    It goes through the account's job, whose row lock keeps two drains apart.
    """
    env = backend.env
    env.cr.commit()  # pylint: disable=invalid-commit
    job = env["ir.cron"]._acquire_one_job(env.cr, backend.cron_id.id, include_not_ready=True)
    if job:
        env["ir.cron"]._process_job(env.cr, job)
        env.cr.commit()  # pylint: disable=invalid-commit
        env.invalidate_all()
    return bool(job)


def explanation(backend: Any, partner: Any) -> dict[str, Any]:
    """What `Explanation` finds out about the contact, User.com asked, in plain values."""
    explained = Explanation(backend, partner)
    explained.read_user()
    return {
        "company": backend.company_id.name,
        "contact_id": partner.id,
        "contact": partner.display_name,
        "link": explained.link(),
        "rules": [{"text": r.text, "is_met": r.is_met} for r in explained.rules()],
        "values": [
            vars(value) | {"mapping": value.mapping.display_name} for value in explained.values()
        ],
    }


def failures(backends: Any) -> Iterator[dict[str, Any]]:
    """Yield the failed rows of all queues in plain values, the oldest first."""
    env = backends.env
    for queue in ("inbox", "outbox", "event"):
        domain = [("backend_id", "in", backends.ids), ("state", "=", "failed")]
        last = 0
        while rows := env[f"usercom.{queue}"].search(
            [*domain, ("id", ">", last)], order="id", limit=AT_ONCE
        ):
            for row in rows:
                yield _failure(queue, row)
            last = rows[-1].id
            env.invalidate_all()


def as_cells(failure: dict[str, Any]) -> list[Any]:
    """The values for a table; what begins like a formula stays text."""
    return [guarded(value) for value in failure.values()]


def _failure(queue: str, row: Any) -> dict[str, Any]:
    return {
        "company": row.backend_id.company_id.name,
        "account": row.backend_id.subdomain,
        "queue": queue,
        "row": row.id,
        "contact_id": row.partner_id.id or None,
        "contact": row.partner_id.display_name or row.display_name,
        "user_id": row._user_id() or None,
        "attempts": row.attempts,
        "failed_at": fields.Datetime.to_string(row.write_date),
        "code": row.error_code or "other",
        "error": row.error,
    }
