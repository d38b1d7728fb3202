"""Whatever fails, at the end both sides are equal and each change was made once."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.conftest import Pair
from tests.server import until

PATIENCE_SECONDS = 60
FAULTS = (
    {"kind": "status", "status": 429, "headers": {"retry-after": "1"}},
    {"kind": "status", "status": 503},
    {"kind": "html", "status": 200},
    {"kind": "half_body"},
    {"kind": "reset"},
    {"kind": "reset", "apply": True},
    {"kind": "timeout", "seconds": 1, "apply": True},
)


@pytest.fixture(autouse=True)
def calm(pair: Pair) -> Iterator[None]:
    """No faults and no limit before and after each test."""
    yield
    pair.simulator.clear_faults()
    pair.simulator.settings(latency_ms=0, offline=False, rate_limit=0)
    until(lambda: not pair.waiting(), PATIENCE_SECONDS, "an empty outbox")
    pair.simulator.quiet()
    pair.simulator.clear_journal()


def people(pair: Pair, name: str, count: int, phone: str = "100000000") -> list[int]:
    """New contacts, known by their e-mail addresses."""
    return pair.odoo.call(
        "res.partner",
        "create",
        [
            {"name": f"{name} {n}", "email": f"{name}{n}@example.org", "phone": phone}
            for n in range(count)
        ],
    )


def synced(pair: Pair, name: str, count: int) -> list[int]:
    """People who are at User.com already."""
    contacts = people(pair, name, count)
    until(lambda: phones(pair, name) == {"100000000": count}, PATIENCE_SECONDS, "the first sync")
    until(lambda: not pair.waiting(), PATIENCE_SECONDS, "an empty outbox")
    pair.simulator.quiet()
    pair.simulator.clear_journal()
    return contacts


def phones(pair: Pair, name: str) -> Counter[str]:
    """How many users of these e-mail addresses have which phone number."""
    users = pair.simulator.users(limit=1000)
    return Counter(u["phone_number"] for u in users if (u["email"] or "").startswith(name))


def arrive(pair: Pair, name: str, expected: dict[str, int]) -> None:
    until(lambda: phones(pair, name) == expected and not pair.waiting(), PATIENCE_SECONDS, expected)


def hurry(pair: Pair) -> None:
    """Let the time of the next attempts come now, also that of users who may be being created."""
    pair.odoo.sql(
        "UPDATE usercom_binding SET unconfirmed_at = unconfirmed_at - interval '3 minutes'"
        " WHERE id IN (SELECT id FROM usercom_binding WHERE external_id IS NULL"
        " FOR UPDATE SKIP LOCKED)"
    )
    pair.odoo.sql("UPDATE usercom_outbox SET next_attempt_at = NULL WHERE state = 'pending'")
    pair.odoo.call("usercom.backend", "action_run", pair.odoo.call("usercom.backend", "search", []))


def test_an_edit_is_there_within_seconds(pair: Pair) -> None:
    [contact] = synced(pair, "swift", 1)
    started = time.monotonic()
    pair.write(contact, phone="200000000")
    arrive(pair, "swift", {"200000000": 1})
    assert time.monotonic() - started < 15  # without a wake-up it takes up to a minute


def test_a_killed_worker_loses_nothing_and_makes_each_change_once(pair: Pair) -> None:
    synced(pair, "killed", 30)
    for method in ("PUT", "POST"):
        pair.simulator.fault(kind="delay", seconds=3, method=method)  # written, not yet answered
    edit(pair, "killed")
    people(pair, "fresh", 5)
    until(lambda: phones(pair, "killed")["200000000"], PATIENCE_SECONDS, "a write at User.com")
    pair.odoo.kill()
    assert pair.waiting() == 35  # some sent and not stored, some claimed and not sent, some neither
    assert 0 < phones(pair, "killed")["200000000"] < 30
    pair.simulator.clear_faults()
    pair.odoo.start()
    hurry(pair)
    arrive(pair, "killed", {"200000000": 30})
    arrive(pair, "fresh", {"100000000": 5})


def edit(pair: Pair, name: str, phone: str = "200000000") -> None:
    contacts = pair.odoo.call("res.partner", "search", [["email", "=like", f"{name}%"]])
    pair.odoo.call("res.partner", "write", contacts, {"phone": phone})


def test_a_storm_passes(pair: Pair) -> None:
    synced(pair, "storm", 10)
    for fault in FAULTS:
        pair.simulator.fault(**fault, every=2, count=4)
    edit(pair, "storm")
    people(pair, "newstorm", 5)
    until(
        lambda: storm_is_over(pair) and not pair.waiting(), PATIENCE_SECONDS, "the end of the storm"
    )
    arrive(pair, "storm", {"200000000": 10})
    arrive(pair, "newstorm", {"100000000": 5})


def storm_is_over(pair: Pair) -> bool:
    time.sleep(0.5)
    hurry(pair)
    return all(f["count"] == 0 for f in pair.simulator.control("GET", "faults"))


def test_a_day_offline_loses_nothing(pair: Pair) -> None:
    synced(pair, "offline", 5)
    pair.simulator.settings(offline=True)
    edit(pair, "offline")
    for tries in range(11):
        until(lambda: attempts(pair) > tries, PATIENCE_SECONDS, "another attempt")  # noqa: B023
        pair.odoo.sql("UPDATE usercom_outbox SET create_date = create_date - interval '2 hours'")
        hurry(pair)
    pair.simulator.settings(offline=False)
    hurry(pair)
    arrive(pair, "offline", {"200000000": 5})


def attempts(pair: Pair) -> int:
    """How often all that waits has been tried; 0 while one of them is being tried."""
    [(attempts, under_way)] = pair.odoo.sql(
        "SELECT min(attempts), bool_or(claimed_at IS NOT NULL) FROM usercom_outbox"
        " WHERE state = 'pending'"
    )
    return 0 if under_way else attempts or 0


def test_edits_during_a_drain_all_arrive(pair: Pair) -> None:
    """An edit may be committed at any moment of a drain, also between its claim and its reading."""
    contacts = synced(pair, "busy", 8)

    def hammer(contact: int) -> None:
        for number in range(8):
            pair.odoo.call("res.partner", "write", [contact], {"phone": f"{number}{contact}"})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(hammer, contacts))
    arrive(pair, "busy", {f"7{contact}": 1 for contact in contacts})


def test_two_odoo_processes_never_send_twice(pair: Pair) -> None:
    with pair.odoo.beside():
        people(pair, "shared", 30)
        arrive(pair, "shared", {"100000000": 30})
    assert len(pair.simulator.journal(method="POST")) == 30
