"""How fast screens, the full comparison and the clean-up are with very many contacts."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter, sleep
from typing import Any

from usercom import User

from tests.server import execute

from .odoo_env import account, database, environment
from .pair import CONTACTS, FIRST_USER, LINKS, PHONE
from .result import Result

MANY = int(os.environ.get("USERCOM_BENCH_CONTACTS", "500000"))
UNLINKED, FEW_UNLINKED = 5, 10_000  # one in so many
FINISHED = min(MANY, 200_000)
PAGE, PAGES = 100, 30
TIMES = 7
MOST_SCREEN_MS, MOST_PAGE_MS, MOST_WAIT_MS = 300, 60, 100

PHONES = "UPDATE res_partner SET phone = NULL WHERE name LIKE 'No %0'"
COMPANIES = """
    UPDATE res_partner SET is_company = true, country_id = %s WHERE name LIKE 'No %%001'"""
PEOPLE = """
    UPDATE res_partner p SET parent_id = c.id FROM res_partner c
     WHERE p.name LIKE 'No %7' AND c.name = 'No ' || (substr(p.name, 4)::int / 1000 * 1000 + 1)"""
UNLINK = "DELETE FROM usercom_binding WHERE external_id %% %s = 0"
FAIL = "UPDATE usercom_binding SET state = 'failed' WHERE external_id % 1000 = 1"
WAIT = """
    INSERT INTO usercom_outbox (backend_id, partner_id, resource, operation, state, attempts,
                                priority)
    SELECT backend_id, partner_id, 'users', 'sync', 'pending', 0, 0
      FROM usercom_binding WHERE external_id % 1000 = 2"""
ROWS = """
    INSERT INTO usercom_outbox (backend_id, partner_id, resource, operation, state, attempts,
                                priority, create_date, write_date)
    SELECT %s, p.id, 'users', 'sync', 'done', 1, 0, now() - interval '90 days',
           now() - interval '90 days'
      FROM res_partner p WHERE p.name LIKE 'No %%' ORDER BY p.id LIMIT %s"""

FILTERS = {
    "everybody": "[]",
    "with an e-mail address and a phone number": "[('email', '!=', False), ('phone', '!=', False)]",
    "by their company's country": "[('parent_id.country_id.code', '=', 'PL')]",
}
STATES = {"Not in User.com": "absent", "Synced": "synced", "Failed": "failed", "Waiting": "pending"}


def run() -> list[Result]:
    """Fill one database, and measure it as people and the cron meet it."""
    with database("scale") as registry:
        _fill(registry)
        results = [*_screens(registry), _comparison(registry), _cleaning(registry)]
        return [*results, _few_without_link(registry)]


def _fill(registry: Any) -> None:
    """Contacts of whom four in five are linked, one of a thousand links failed; old rows."""
    with environment(registry) as env:
        backend_id = account(env).id
        env.cr.execute(CONTACTS, [PHONE, MANY])
        env.cr.execute(PHONES)
        env.cr.execute(COMPANIES, [env.ref("base.pl").id])
        env.cr.execute(PEOPLE)
        env.cr.execute(LINKS, [FIRST_USER])
        env.cr.execute(UNLINK, [UNLINKED])
        env.cr.execute(FAIL)
        env.cr.execute(WAIT)
        env.cr.execute(ROWS, [backend_id, FINISHED])
    execute("VACUUM ANALYZE", registry.db_name)  # as autovacuum has done by the next day


# ---- screens ----


def _screens(registry: Any) -> Iterator[Result]:
    for what, text in FILTERS.items():
        yield _screen(registry, f"counter of contacts in Settings, {what}", _counter(text))
    for what, state in STATES.items():
        yield _screen(registry, f"list of contacts, {what}", _list(state))
    yield _screen(registry, "contacts that take part, of 100", _taking_part)


def _few_without_link(registry: Any) -> Result:
    """Link nearly all of them first, as after an initial sync."""
    with environment(registry) as env:
        env.cr.execute(LINKS + " ON CONFLICT DO NOTHING", [FIRST_USER])
        env.cr.execute(UNLINK, [FEW_UNLINKED])
    execute("VACUUM ANALYZE", registry.db_name)
    return _screen(registry, "list of contacts, Not in User.com, few of them", _list("absent"))


def _screen(registry: Any, what: str, look: Callable[[Any], None]) -> Result:
    times = []
    for _ in range(TIMES):
        with environment(registry) as env:
            started = perf_counter()
            look(env(user=env.ref("base.user_admin")))
            times.append((perf_counter() - started) * 1000)
    return Result(
        f"{what}; {MANY:,} contacts",
        "–",
        f"{median(times):.0f} ms",
        f"≤ {MOST_SCREEN_MS} ms",
        median(times) <= MOST_SCREEN_MS,
    )


def _counter(text: str) -> Callable[[Any], None]:
    def look(env: Any) -> None:
        assert env["usercom.backend"]._count_partners(text, env.company)

    return look


def _list(state: str) -> Callable[[Any], None]:
    """The page of a list, with the number of its contacts, as the web client asks for it."""

    def look(env: Any) -> None:
        fields = {"complete_name": {}, "email": {}, "phone": {}, "usercom_state": {}}
        domain = [("usercom_state", "=", state)]
        found = env["res.partner"].web_search_read(domain, fields, limit=80, count_limit=10_001)
        assert found["records"]

    return look


def _taking_part(env: Any) -> None:
    backend = env["usercom.backend"].search([])
    some = env["res.partner"].search([("name", "like", "No 1")], limit=100, order="id")
    assert backend._taking_part(some)


# ---- full comparison ----


def _comparison(registry: Any) -> Result:
    """Pages of 100 users, one in ten of them changed, each with its commit."""
    from odoo.addons.usercom_connector.services.reconciliation.differences import Differences

    with environment(registry) as env:
        backend = env["usercom.backend"].search([])
        sweep_id = env["usercom.sweep"]._of(backend, "compare").id
    times = []
    linked = [number for number in range(1, MANY) if (FIRST_USER + number) % UNLINKED]
    for first in range(0, PAGE * PAGES, PAGE):
        users = [_user(number) for number in linked[first : first + PAGE]]
        started = perf_counter()
        with environment(registry) as env:
            sweep = env["usercom.sweep"].browse(sweep_id)
            Differences(sweep).report(users)
        times.append((perf_counter() - started) * 1000)
    return Result(
        f"full comparison of a page of {PAGE} users, {MANY:,} contacts",
        "–",
        f"{median(times):.0f} ms",
        f"≤ {MOST_PAGE_MS} ms",
        median(times) <= MOST_PAGE_MS,
    )


def _user(number: int) -> User:
    return User.from_json(
        {
            "id": FIRST_USER + number,
            "email": f"no{number}@example.org",
            "first_name": "No",
            "last_name": str(number),
            "phone_number": PHONE,
        }
    )


# ---- clean-up ----


def _cleaning(registry: Any) -> Result:
    """Remove finished rows as Odoo's job does; meanwhile somebody deletes their contacts."""
    with registry.cursor() as cr:
        cr.execute("SELECT id FROM res_partner WHERE name LIKE 'No %%' ORDER BY id")
        contacts = [contact for (contact,) in cr.fetchall()][: FINISHED : FINISHED // 100]
    waits: list[float] = []
    started = perf_counter()
    with _working(lambda: waits.extend(_touch(registry, contacts))):
        batches = _clean(registry)
    seconds = perf_counter() - started
    return Result(
        f"longest wait for a row while {FINISHED:,} finished rows are removed",
        f"{batches} batches, {seconds:.0f} s",
        f"{max(waits):.0f} ms",
        f"≤ {MOST_WAIT_MS} ms",
        max(waits) <= MOST_WAIT_MS,
    )


@contextmanager
def _working(work: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _touch(registry: Any, contacts: list[int]) -> Iterator[float]:
    """Milliseconds that a lock of the rows of each contact takes, as its deletion asks for it."""
    for contact in contacts:
        started = perf_counter()
        with registry.cursor() as cr:
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cr.execute("SELECT id FROM usercom_outbox WHERE partner_id = %s FOR UPDATE", [contact])
        yield (perf_counter() - started) * 1000
        sleep(0.05)


def _clean(registry: Any) -> int:
    """How many batches it takes, each committed, as `ir.autovacuum` does."""
    batches, remaining = 0, 1
    while remaining:
        with environment(registry) as env:
            _done, remaining = env["usercom.outbox"]._gc_log()
        batches += 1
    return batches
