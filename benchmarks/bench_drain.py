"""How much of User.com's limit the drain uses when each call takes 200 ms."""

import time

from usercom import Client, Throttle

from tests.e2e.conftest import Pair

from .pair import FIRST_USER, add_contacts, drained, running_pair
from .result import Result

LIMIT = 10
LATENCY_MS = 200
CONTACTS = 600
SERIAL_CALLS = 30
SHARE = 0.95


def run() -> list[Result]:
    """Drain 600 different changes by the real cron; then call serially with the same client."""
    with running_pair(LIMIT) as pair:
        add_contacts(pair, CONTACTS)
        pair.simulator.settings(latency_ms=LATENCY_MS, rate_limit=LIMIT)
        pair.simulator.clear_journal()
        drained_share, refused = _share(pair), _refused(pair)
        serial = _serial(pair)
    return [
        Result(
            "drain of 600 changed contacts, 200 ms latency, 10 calls a second allowed",
            "the limit",
            f"{drained_share:.1%} of the limit, {refused} times 429",
            f"≥ {SHARE:.0%}, no 429",
            drained_share >= SHARE and not refused,
        ),
        Result(
            "the same drain",
            "the same client used serially",
            f"{drained_share / serial:.1f}× (serially {serial:.0%} of the limit)",
            "–",
            True,
        ),
    ]


def _share(pair: Pair) -> float:
    pair.odoo.sql("UPDATE res_partner SET phone = '2' || id WHERE name LIKE 'No %%'")
    contacts = pair.odoo.call("res.partner", "search", [["name", "=like", "No %"]])
    pair.odoo.call("res.partner", "action_usercom_push", contacts)
    drained(pair)
    calls = pair.simulator.journal(kind="request")
    times = [call["time"] for call in calls if call["status"] == 200]
    return (len(times) - 1) / (max(times) - min(times)) / LIMIT


def _refused(pair: Pair) -> int:
    return pair.simulator.stats()["throttled"]


def _serial(pair: Pair) -> float:
    with Client(pair.simulator.url, pair.simulator.api_key, throttle=Throttle(LIMIT)) as client:
        started = time.monotonic()
        for number in range(SERIAL_CALLS):
            client.update_user(FIRST_USER + 1, {"phone_number": str(number)})
        return SERIAL_CALLS / (time.monotonic() - started) / LIMIT
