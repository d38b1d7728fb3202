"""How much of User.com's limit the drain uses for events when each call takes 200 ms."""

from tests.e2e.conftest import Pair
from tests.server import until

from .bench_drain import LATENCY_MS, LIMIT, SHARE
from .pair import PATIENCE_SECONDS, add_contacts, running_pair
from .result import Result

CONTACTS = 600


def run() -> list[Result]:
    """Have an action send an event of each of 600 contacts, by the real cron."""
    with running_pair(LIMIT) as pair:
        add_contacts(pair, CONTACTS)
        pair.simulator.settings(latency_ms=LATENCY_MS, rate_limit=LIMIT)
        pair.simulator.clear_journal()
        _send_events(pair)
        share, refused = _share(pair), pair.simulator.stats()["throttled"]
    return [
        Result(
            "drain of 600 events, 200 ms latency, 10 calls a second allowed",
            "the limit",
            f"{share:.1%} of the limit, {refused} times 429",
            f"≥ {SHARE:.0%}, no 429",
            share >= SHARE and not refused,
        )
    ]


def _send_events(pair: Pair) -> None:
    odoo = pair.odoo
    contacts = odoo.call("res.partner", "search", [["name", "=like", "No %"]])
    [model] = odoo.call("ir.model", "search", [["model", "=", "res.partner"]])
    action = odoo.call(
        "ir.actions.server",
        "create",
        {
            "name": "Tell",
            "model_id": model,
            "state": "usercom_event",
            "usercom_event_name": "visit",
        },
    )
    context = {"active_model": "res.partner", "active_ids": contacts}
    odoo.call("ir.actions.server", "run", [action], context=context)
    until(lambda: not _waiting(pair), PATIENCE_SECONDS, "no waiting event")


def _waiting(pair: Pair) -> int:
    count: int = pair.odoo.call("usercom.event", "search_count", [["state", "=", "pending"]])
    return count


def _share(pair: Pair) -> float:
    calls = pair.simulator.journal(kind="request", path="*/events/")
    times = [call["time"] for call in calls if call["status"] == 200]
    assert len(times) == CONTACTS, len(times)
    return (len(times) - 1) / (max(times) - min(times)) / LIMIT
