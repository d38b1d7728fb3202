"""However often the server is killed during an initial sync, it ends as one left in peace does."""

import json
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import Pair, connect
from tests.server import OdooServer, until
from tests.simulator.process import Simulator

KILLS = 20
PEOPLE = 150  # on each side; a third of them on both
LONGEST_SECONDS = 0.5
SLOW, FAST = 20, 1000  # calls a second
PATIENCE_SECONDS = 60
NAMES = ("name", "email", "phone", "employee")
DUE_NOW = """
    UPDATE usercom_outbox SET next_attempt_at = NULL
     WHERE id IN (SELECT id FROM usercom_outbox
                   WHERE state = 'pending' AND next_attempt_at IS NOT NULL
                     FOR UPDATE SKIP LOCKED)"""


@pytest.fixture
def fresh() -> Iterator[Pair]:
    with OdooServer("e2e_sync") as odoo, Simulator() as simulator:
        simulator.attribute("email_consent", "boolean")
        simulator.settings(rate_limit=0, page_size=4)
        connect(odoo, simulator)
        simulator.automations()
        yield Pair(odoo, simulator)


def populate(pair: Pair) -> None:
    """People on each side, whose phones differ where they are on both; nothing is queued."""
    backend = pair.odoo.call("usercom.backend", "search", [])
    pair.odoo.call("usercom.backend", "write", backend, {"state": "authenticated"})
    pair.odoo.call(
        "res.partner",
        "create",
        [
            {"name": f"Jan No{n}", "email": f"p{n}@example.org", "phone": f"1{n:08}"}
            for n in range(PEOPLE)
        ],
    )
    pair.simulator.seed(
        *(
            {"email": f"p{n}@example.org", "first_name": "Jan", "last_name": f"No{n}"}
            | {"phone_number": f"2{n:08}"}
            for n in range(PEOPLE * 2 // 3, PEOPLE * 5 // 3)
        )
    )
    pair.odoo.call("usercom.backend", "action_run", backend)


def sync(pair: Pair, use_csv: bool, kills: int) -> None:
    """Preview and run, the server being killed so many times in all."""
    domain = "[('email', '=like', 'p%@example.org')]"
    values = {"direction": "both", "domain": domain, "use_csv": use_csv}
    [record] = pair.odoo.call("usercom.sync", "create", [values])
    dice = random.Random(7)
    pair.odoo.call("usercom.sync", "action_preview", record)
    kill_until(pair, record, "ready", kills // 5, dice)
    pair.odoo.call("usercom.sync", "action_run", record)
    kill_until(pair, record, "done", kills - kills // 5, dice)


def kill_until(pair: Pair, record: int, state: str, kills: int, dice: random.Random) -> None:
    """Kill at moments that fall anywhere in the work, as long as there is any; then wait."""
    pace(pair, SLOW if kills else FAST)
    for _kill in range(kills):
        until(lambda: at_work(pair, record, state), PATIENCE_SECONDS, "the drain at work")
        time.sleep(dice.uniform(0, LONGEST_SECONDS))
        pair.odoo.kill()
        if state_of(pair, record) == state:
            pytest.fail("too few people for so many kills")
        pair.odoo.start()
        hurry(pair)
    pace(pair, FAST)
    until(lambda: hurried(pair, record) == state, PATIENCE_SECONDS, state)
    until(lambda: not waiting(pair), PATIENCE_SECONDS, "empty queues")


def pace(pair: Pair, rate: int) -> None:
    backend = pair.odoo.call("usercom.backend", "search", [])
    pair.odoo.call("usercom.backend", "write", backend, {"rate_limit": rate})


def at_work(pair: Pair, record: int, state: str) -> bool:
    calls = pair.simulator.counts()["requests"]
    time.sleep(0.05)
    return pair.simulator.counts()["requests"] > calls or state_of(pair, record) == state


def hurried(pair: Pair, record: int) -> str:
    time.sleep(0.3)
    hurry(pair)
    return state_of(pair, record)


def state_of(pair: Pair, record: int) -> str:
    return str(pair.odoo.sql("SELECT state FROM usercom_sync WHERE id = %s", record)[0][0])


def hurry(pair: Pair) -> None:
    """Let the cron run now, and the time of the next attempts come."""
    pair.odoo.sql(DUE_NOW)
    pair.odoo.sql("UPDATE usercom_sync SET next_at = NULL WHERE next_at IS NOT NULL")
    # Odoo lets a job that died three times wait for its next minute.
    pair.odoo.sql("UPDATE ir_cron_progress SET timed_out_counter = 0 WHERE timed_out_counter > 0")
    pair.odoo.call("usercom.backend", "action_run", pair.odoo.call("usercom.backend", "search", []))


def waiting(pair: Pair) -> int:
    return pair.odoo.sql("SELECT count(*) FROM usercom_outbox WHERE state = 'pending'")[0][0]


def both_sides(pair: Pair) -> tuple[list[Any], list[Any]]:
    """The contacts and the users, without what differs from run to run: ids and times."""
    contacts = pair.odoo.call("res.partner", "search_read", [["email", "=like", "p%"]], NAMES)
    users = pair.simulator.users(limit=1000)
    return (
        sorted(json.dumps([contact[name] for name in NAMES]) for contact in contacts),
        sorted(
            json.dumps([u[k] for k in ("email", "name", "phone_number", "unsubscribed")])
            for u in users
        ),
    )


def undisturbed(pair: Pair, use_csv: bool) -> tuple[list[Any], list[Any]]:
    populate(pair)
    sync(pair, use_csv, 0)
    return both_sides(pair)


def test_twenty_kills_leave_both_sides_as_if_there_had_been_none(fresh: Pair) -> None:
    populate(fresh)
    sync(fresh, use_csv=False, kills=KILLS)
    contacts, users = both_sides(fresh)
    assert len(contacts) == len(users) == PEOPLE * 5 // 3
    linked = fresh.odoo.sql(
        "SELECT count(DISTINCT external_id), count(*) FROM usercom_binding WHERE state = 'synced'"
    )
    assert linked == [(PEOPLE * 5 // 3, PEOPLE * 5 // 3)]
    with OdooServer("e2e_calm") as odoo, Simulator() as simulator:
        simulator.attribute("email_consent", "boolean")
        simulator.settings(rate_limit=0)
        connect(odoo, simulator)
        simulator.automations()
        assert undisturbed(Pair(odoo, simulator), use_csv=True) == (contacts, users)
