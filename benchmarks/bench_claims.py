"""Whether a long queue slows the work on its next rows down."""

from statistics import median
from time import perf_counter
from typing import Any

from .odoo_env import account, database, environment
from .result import Result

SMALL, PENDING, DONE = 1000, 100_000, 1_000_000
TIMES = 40
MOST = 1.5

CONTACTS = """
    INSERT INTO res_partner (name, complete_name, active, type, is_company)
    SELECT 'No ' || n, 'No ' || n, true, 'contact', false FROM generate_series(1, %s) n"""
DONE_ROWS = """
    INSERT INTO usercom_outbox (backend_id, partner_id, resource, operation, state, attempts,
                                priority, create_date, write_date)
    SELECT %s, p.id, 'users', 'sync', 'done', 1, 0, now(), now()
      FROM res_partner p, generate_series(1, %s) WHERE p.name LIKE 'No %%'"""
PENDING_ROWS = """
    INSERT INTO usercom_outbox (backend_id, partner_id, resource, operation, state, attempts,
                                priority, create_date, write_date)
    SELECT %s, p.id, 'users', 'sync', 'pending', 0, 0, now(), now()
      FROM res_partner p WHERE p.name LIKE 'No %%'"""


def run() -> list[Result]:
    """Claim and finish batches in a short and in a long queue by turns."""
    with database("short") as short, database("long") as long:
        backends = _fill(short, SMALL, 0), _fill(long, PENDING, DONE // PENDING)
        pairs = [
            [_batch(*queue) for queue in zip((short, long), backends, strict=True)]
            for _ in range(TIMES)
        ]
    few, many = (median(times) * 1000 for times in zip(*pairs, strict=True))
    return [
        Result(
            "claim and finish a batch, 1,000,000 rows done and 100,000 pending",
            "the same with 1,000 pending",
            f"{many / few:.2f}× ({few:.1f} → {many:.1f} ms)",
            f"≤ {MOST}×",
            many / few <= MOST,
        )
    ]


def _fill(registry: Any, pending: int, done_each: int) -> int:
    """Queue so many contacts, each with so many rows that are done; return the account's id."""
    with environment(registry) as env:
        backend_id = account(env).id
        env.cr.execute(CONTACTS, [pending])
        env.cr.execute(DONE_ROWS, [backend_id, done_each])
        env.cr.execute(PENDING_ROWS, [backend_id])
    with registry.cursor() as cr:
        cr.execute("ANALYZE")
    return backend_id


def _batch(registry: Any, backend_id: int) -> float:
    from odoo.addons.usercom_connector.services.queue.claims import NEWEST_ID, OutboxClaims

    started = perf_counter()
    with environment(registry) as env:
        backend = env["usercom.backend"].browse(backend_id)
        claims = OutboxClaims(backend)
        assert env.execute_query(claims.first())
        rows = claims.claim(0, NEWEST_ID)
        assert rows
        rows._finish()
    return perf_counter() - started
