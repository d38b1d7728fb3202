"""How long the dashboard takes to load when the queues and the links are long."""

from statistics import median
from time import perf_counter
from typing import Any

from .odoo_env import account, database, environment
from .result import Result

SMALL, LARGE = 1000, 1_000_000
FAILED, PENDING = 1000, 10_000
TIMES = 15
MOST_SECONDS = 0.5

CONTACTS = """
    INSERT INTO res_partner (name, complete_name, active, type, is_company)
    SELECT 'No ' || n, 'No ' || n, true, 'contact', false FROM generate_series(1, %s) n"""
LINKS = """
    INSERT INTO usercom_binding (backend_id, partner_id, external_id, state, synced_at)
    SELECT %s, p.id, p.id, CASE WHEN p.id %% 100 = 0 THEN 'failed' ELSE 'synced' END, now()
      FROM res_partner p WHERE p.name LIKE 'No %%'"""
ROWS = """
    INSERT INTO usercom_{queue} (backend_id, {columns}, state, attempts, priority, create_date,
                                 write_date)
    SELECT %s, {values}, CASE WHEN r < %s THEN 'failed' WHEN r < %s THEN 'pending' ELSE 'done' END,
           1, 0, now() - r * interval '1 second', now() - r * interval '1 second'
      FROM (SELECT p.id, row_number() OVER (ORDER BY p.id) AS r FROM res_partner p
             WHERE p.name LIKE 'No %%') p"""
HOURS = """
    INSERT INTO usercom_statistic (backend_id, hour, kind, delay, rows)
    SELECT %s, date_trunc('hour', now()) - h * interval '1 hour', kind, delay, h
      FROM generate_series(0, 8759) h,
           unnest(ARRAY['sent', 'received', 'failed', 'calls']) kind,
           unnest(ARRAY[0, 1, 2, 3, 5, 10, 20, 30, 60, 120]) delay
     WHERE kind IN ('sent', 'received') OR delay = 0"""


def run() -> list[Result]:
    """Load the card as the web client does, with few and with many rows by turns."""
    with database("few") as few, database("many") as many:
        _fill(few, SMALL)
        _fill(many, LARGE)
        pairs = [(_load(few), _load(many)) for _ in range(TIMES)]
    short, long = (median(seconds) for seconds in zip(*pairs, strict=True))
    return [
        Result(
            "load of the dashboard, 1,000,000 rows in each queue and 1,000,000 linked contacts",
            "the same with 1,000",
            f"{long * 1000:.0f} ms (from {short * 1000:.0f} ms)",
            f"< {MOST_SECONDS * 1000:.0f} ms",
            long < MOST_SECONDS,
        )
    ]


def _fill(registry: Any, rows: int) -> None:
    """So many contacts, all linked, each with a row in every queue; most rows are done."""
    failed, pending = min(FAILED, rows // 10), min(PENDING, rows // 5)
    with environment(registry) as env:
        backend_id = account(env).id
        env.cr.execute(CONTACTS, [rows])
        env.cr.execute(LINKS, [backend_id])
        limits = [backend_id, failed, failed + pending]
        env.cr.execute(
            ROWS.format(
                queue="outbox",
                columns="partner_id, resource, operation",
                values="p.id, 'users', 'sync'",
            ),
            limits,
        )
        env.cr.execute(
            ROWS.format(queue="inbox", columns="user_ref, payload", values="p.id::text, '{}'"),
            limits,
        )
        env.cr.execute(
            ROWS.format(
                queue="event",
                columns="partner_id, kind, name, key, occurred_at",
                values="p.id, 'event', 'visit', p.id::text, now()",
            ),
            limits,
        )
        env.cr.execute(HOURS, [backend_id])
    with registry.cursor() as cr:
        cr.execute("ANALYZE")


def _load(registry: Any) -> float:
    """Seconds of one load, nothing cached but what every request finds cached."""
    with environment(registry) as env:
        Backend = env["usercom.backend"]
        view = env.ref("usercom_connector.usercom_backend_view_kanban_dashboard")
        fields = Backend.get_view(view.id, "kanban")["models"]["usercom.backend"]
        env.invalidate_all()
        started = perf_counter()
        found = Backend.web_search_read([], {name: {} for name in fields})
        seconds = perf_counter() - started
    assert found["records"][0]["dashboard"]["outbox"]["waiting"] != "0"
    return seconds
