"""What monitors and the command line are told of accounts."""

from typing import Any

from odoo import fields

from ..inbox.waiting_calls import WaitingCalls
from .account_status import AccountStatus


def is_moving(env: Any) -> bool:
    """Whether no account has stopped by itself. Counts no queue, so it may be asked often."""
    backends = env["usercom.backend"].search([("state", "in", ("running", "paused"))])
    return not any(AccountStatus(backend).alarm for backend in backends)


def health(backend: Any) -> dict[str, Any]:
    """The account's state in plain values.

    ``level`` is "ok", "attention" or "critical", ``problems`` are sentences, ``waiting`` and
    ``failed`` numbers of rows in all queues.
    """
    status = AccountStatus(backend)
    warnings = _warnings(backend, status)
    return {
        "company": backend.company_id.name,
        "account": backend.subdomain or "",
        "state": backend.state,
        "level": "critical" if status.alarm else "attention" if warnings else "ok",
        "problems": [status.alarm] if status.alarm else warnings,
        "last_run": fields.Datetime.to_string(backend.cron_id.sudo().lastcall) or None,
        "waiting": sum(status.waiting.values()),
        "failed": sum(status.failed.values()),
    }


def _warnings(backend: Any, status: AccountStatus) -> list[str]:
    """Sentences on what somebody should look at in his own time."""
    env, failed = backend.env, sum(status.failed.values())
    broken = status.broken_mappings + status.gone_labels
    return [
        *([env._("Paused by hand.")] if backend.state == "paused" else []),
        *([env._("Failed entries: %s.", failed)] if failed else []),
        *([env._("Mappings that need attention: %s.", broken)] if broken else []),
        *(kind.standstill(record) for kind, record in status.stopped_work),
        *([_old_calls(backend, status.old_calls)] if status.old_calls else []),
    ]


def _old_calls(backend: Any, count: int) -> str:
    message: str = backend.env._(
        "Calls of User.com that have waited for more than %(days)s days: %(count)s.",
        days=WaitingCalls(backend).days_until_reported(),
        count=count,
    )
    return message
