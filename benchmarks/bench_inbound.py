"""What it takes to bring 10,000 changed users to their contacts."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from usercom import User

from tests.server import until

from .odoo_env import account, database, environment
from .pair import CONTACTS, FIRST_USER, LINKS, PATIENCE_SECONDS, PHONE, running_pair
from .result import Result

USERS = 10_000
PAGE = 100
MOST = 1.3
MOST_CALLS = 120
KEYS = """
    UPDATE res_partner p SET usercom_key = jsonb_build_object(k.company_id, b.external_id::text)
      FROM usercom_binding b JOIN usercom_backend k ON k.id = b.backend_id
     WHERE b.partner_id = p.id"""
PROMPTS = """
    INSERT INTO usercom_inbox (backend_id, state, attempts, priority, user_ref, external_id,
                               create_date, write_date)
    SELECT backend_id, 'pending', 0, 0, 'external_id:' || external_id, external_id,
           now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
      FROM usercom_binding"""


def run() -> list[Result]:
    """Apply pages to contacts that are there and to none; then count the calls of a backlog."""
    return [*_applied("changed", _change), *_applied("new", _create), _backlog()]


def _applied(what: str, peer: Callable[[Any, range], None]) -> Iterator[Result]:
    with database("plain", "USERCOM_PLAIN") as plain, database("inbound") as ours:
        known = what == "changed"
        for registry in (plain, ours):
            with environment(registry) as env:
                if registry is ours:
                    account(env)
                if known:
                    env.cr.execute(CONTACTS, [PHONE, USERS])
                if known and registry is ours:
                    env.cr.execute(LINKS, [FIRST_USER])
                    env.cr.execute(KEYS)
            with registry.cursor() as cr:
                cr.execute("ANALYZE")
        straight = taken = 0.0
        for first in range(1, USERS, PAGE):  # in turns: other load falls on both
            numbers = range(first, first + PAGE)
            straight += _seconds(plain, peer, numbers)
            taken += _seconds(ours, _import, numbers)
    ratio = taken / straight
    yield Result(
        f"{USERS:,} {what} users applied, a page at a time",
        "the same values by `res.partner.write` or `create`, without the addon",
        f"{ratio:.2f}× ({straight:.1f} → {taken:.1f} s)",
        f"≤ {MOST}×",
        ratio <= MOST,
    )


def _seconds(registry: Any, apply: Callable[[Any, range], None], numbers: range) -> float:
    started = perf_counter()
    with environment(registry) as env:
        apply(env, numbers)
    return perf_counter() - started


def _values(number: int) -> dict[str, Any]:
    return {"phone": f"2{number:08}", "city": f"Town {number % 50}"}


def _change(env: Any, numbers: range) -> None:
    emails = [f"no{number}@example.org" for number in numbers]
    partners = env["res.partner"].search([("email", "in", emails)]).grouped("email")
    for number, email in zip(numbers, emails, strict=True):
        partners[email].write(_values(number))


def _create(env: Any, numbers: range) -> None:
    env["res.partner"].create(
        [
            {"name": f"No {number}", "email": f"no{number}@example.org", **_values(number)}
            for number in numbers
        ]
    )


def _import(env: Any, numbers: range) -> None:
    from odoo.addons.usercom_connector.services.importer import Importer

    Importer(env["usercom.backend"].search([])).import_page([_user(number) for number in numbers])


def _user(number: int) -> User:
    values = _values(number)
    return User.from_json(
        {
            "id": FIRST_USER + number,
            "email": f"no{number}@example.org",
            "name": f"No {number}",
            "phone_number": values["phone"],
            "city": values["city"],
            "updated_at": datetime.now(UTC).isoformat(),
        }
    )


def _backlog() -> Result:
    """Let the real cron work off 10,000 prompts, each about a changed user."""
    with running_pair() as pair:
        pair.odoo.sql(CONTACTS, PHONE, USERS)
        pair.odoo.sql(LINKS, FIRST_USER)
        pair.odoo.sql(KEYS)
        people = range(1, USERS + 1)
        pair.simulator.seed(
            *(
                {
                    "id": FIRST_USER + n,
                    "email": f"no{n}@example.org",
                    "first_name": "No",
                    "last_name": str(n),
                    "phone_number": _values(n)["phone"],
                }
                for n in people
            )
        )
        pair.odoo.sql(PROMPTS)
        pair.odoo.sql("ANALYZE")
        pair.simulator.clear_journal()
        backend = pair.odoo.call("usercom.backend", "search", [])
        pair.odoo.call("usercom.backend", "action_run", backend)
        pending = "SELECT count(*) FROM usercom_inbox WHERE state = 'pending'"
        until(lambda: not pair.odoo.sql(pending)[0][0], PATIENCE_SECONDS, "an empty inbox")
        changed = pair.odoo.sql("SELECT count(*) FROM res_partner WHERE phone LIKE '2%%'")[0][0]
        assert changed == USERS, changed
        calls = pair.simulator.counts()["requests"]
    return Result(
        f"calls for a backlog of {USERS:,} users",
        f"{USERS:,} calls, one each",
        str(calls),
        f"≤ {MOST_CALLS}",
        calls <= MOST_CALLS,
    )
