"""Ours beside the usual way: each write is one job of OCA's queue_job and one PUT.

The peer is the addon in `queue_job_peer/`; its jobs are run by queue_job's own runner.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from statistics import median
from typing import Any

from tests.e2e.conftest import Pair
from tests.server import OdooServer, until
from tests.simulator.process import Simulator

from .pair import CONTACTS, PATIENCE_SECONDS, PHONE, QUEUED, add_contacts, running_pair
from .result import Result

BATCH = EDITS = int(os.environ.get("USERCOM_BENCH_EDITS", "1000"))
BLOCK, BLOCKS, BATCHES = 20, 6, 3
PAUSE = 0.25  # seconds: four writes a second
DRAINED = int(os.environ.get("USERCOM_BENCH_DRAINED", "300"))
LIMIT, LIMITED = 10, DRAINED // 2
CAPACITIES = (4, 16)  # of the peer's channels, the better of which counts
LATENCIES = (0, 200)
MOST, FASTER = 1.15, 1.5
_phones = count(200_000_000)

PEER_LINKS = """
    UPDATE res_partner SET peer_user_id = %s + substr(name, 4)::int WHERE name LIKE 'No %%'"""
PEER_WAITING = """
    SELECT count(*) FROM queue_job WHERE state NOT IN ('done', 'failed', 'cancelled')"""
PEER_DONE = "UPDATE queue_job SET state = 'done' WHERE state <> 'done'"
PEER_AGAIN = """
    UPDATE queue_job SET state = 'pending', retry = 0, date_done = NULL, date_enqueued = NULL
     WHERE id IN (SELECT id FROM queue_job ORDER BY id LIMIT %s)"""
OTHERS = "UPDATE res_partner SET phone = %s || id WHERE name LIKE 'No %%'"


@dataclass
class Side:
    """One of the three servers. `waiting` counts what is still to be sent."""

    odoo: OdooServer
    waiting: Callable[[], int]
    simulator: Simulator | None = None
    contacts: list[int] = field(default_factory=list)

    def write(self, contacts: list[int]) -> float:
        """Milliseconds of one write over RPC."""
        values = {"phone": str(next(_phones))}
        started = time.perf_counter()
        self.odoo.call("res.partner", "write", contacts, values)
        return (time.perf_counter() - started) * 1000

    def drained(self) -> None:
        until(lambda: not self.waiting(), PATIENCE_SECONDS, "an empty queue")

    def rate(self) -> tuple[float, int]:
        """Calls a second that succeeded since the journal was cleared, and how many were 429."""
        calls = self.simulator.journal(kind="request")
        times = [call["time"] for call in calls if call["status"] == 200]
        refused = sum(call["status"] == 429 for call in calls)
        return (len(times) - 1) / (max(times) - min(times)), refused


def run() -> list[Result]:
    """Measure the writes with all servers running, one at work; then the drains."""
    with ExitStack() as stack:
        sides = {
            "plain": stack.enter_context(_plain()),
            "ours": stack.enter_context(_ours()),
            "peer": stack.enter_context(_peer()),
        }
        for side in sides.values():
            found = side.odoo.call("res.partner", "search", [["name", "=like", "No %"]])
            side.contacts = sorted(found)
        return [
            *_writes("back to back", sides, BLOCKS, 0),
            *_writes("four a second", sides, BLOCKS, PAUSE),
            *_batch(sides),
            _calls(sides),
            *_drains(sides),
        ]


# ---- the sides ----


@contextmanager
def _plain() -> Iterator[Side]:
    with OdooServer("plain", template="USERCOM_PLAIN") as odoo:
        odoo.sql(CONTACTS, PHONE, BATCH)
        yield Side(odoo, lambda: 0)


@contextmanager
def _ours() -> Iterator[Side]:
    with running_pair() as pair:
        add_contacts(pair, BATCH)
        yield Side(pair.odoo, pair.waiting, pair.simulator)


@contextmanager
def _peer() -> Iterator[Side]:
    environment = {
        "ODOO_RC": os.environ["USERCOM_PEER_RC"],
        "PYTHONPATH": os.environ["USERCOM_PEER_PATH"],
        "ODOO_QUEUE_JOB_CHANNELS": _channels(CAPACITIES[0]),
    }
    modules = "--load=base,web,queue_job"
    odoo = OdooServer("peer", modules, template="USERCOM_PEER", environment=environment)
    with odoo, Simulator() as simulator:
        simulator.settings(rate_limit=0)
        for name, value in (("url", simulator.url), ("key", simulator.api_key)):
            odoo.call("ir.config_parameter", "set_param", f"queue_job_peer.{name}", value)
        add_contacts(Pair(odoo, simulator), BATCH, PEER_LINKS)
        yield Side(odoo, lambda: odoo.sql(PEER_WAITING)[0][0], simulator)


def _channels(capacity: int) -> str:
    return f"root:{capacity},root.usercom:{capacity}"


# ---- writes ----


def _writes(how: str, sides: dict[str, Side], blocks: int, pause: float) -> list[Result]:
    """Blocks in turns: what a side has queued is sent meanwhile, and before the next one's turn."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(blocks):
        for name, side in sides.items():
            for contact in side.contacts[:BLOCK]:
                times[name].append(side.write([contact]))
                time.sleep(pause)
            side.drained()
    return _overhead(f"write of one contact over RPC, {how}", times)


def _batch(sides: dict[str, Side]) -> list[Result]:
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(BATCHES):
        for name, side in sides.items():
            times[name].append(side.write(side.contacts))
            if name == "peer":
                side.odoo.sql(PEER_DONE)
            side.drained()
    return _overhead(f"write of {BATCH:,} contacts over RPC", times)


def _overhead(what: str, times: dict[str, list[float]]) -> list[Result]:
    plain, ours, peer = (median(times[name]) for name in ("plain", "ours", "peer"))
    return [
        Result(
            what,
            "the same without the addon",
            f"{ours / plain:.2f}× ({plain:.0f} → {ours:.0f} ms)",
            f"≤ {MOST}×",
            ours <= MOST * plain,
        ),
        Result(
            f"overhead of it: {what}",
            "a job of queue_job for each",
            f"{ours - plain:.0f} ms against {peer - plain:.0f} ({peer / plain:.2f}×)",
            "less",
            ours < peer,
        ),
    ]


def _calls(sides: dict[str, Side]) -> Result:
    """Edit one contact very often while nothing is sent; then send."""
    counts = {}
    for name in ("ours", "peer"):
        side = sides[name]
        _hold(side, name)
        for _ in range(EDITS):
            side.write(side.contacts[:1])
        side.simulator.clear_journal()
        _release(side, name, CAPACITIES[-1])
        side.drained()
        counts[name] = side.simulator.counts()["requests"]
    return Result(
        f"calls for {EDITS:,} edits of one contact over RPC",
        f"a job of queue_job for each: {counts['peer']:,}",
        str(counts["ours"]),
        "1",
        counts["ours"] == 1,
    )


# ---- drains ----


def _hold(side: Side, name: str) -> None:
    if name == "ours":
        side.odoo.call("usercom.backend", "action_pause", _account(side))
    else:
        _restart(side, 0)


def _release(side: Side, name: str, capacity: int) -> None:
    if name == "ours":
        side.odoo.call("usercom.backend", "action_run", _account(side))
    else:
        _restart(side, capacity)


def _restart(side: Side, capacity: int) -> None:
    side.odoo.stop()
    side.odoo.environment["ODOO_QUEUE_JOB_CHANNELS"] = _channels(capacity)
    side.odoo.start()


def _account(side: Side) -> list[int]:
    return side.odoo.call("usercom.backend", "search", [])


def _drains(sides: dict[str, Side]) -> Iterator[Result]:
    """The same number of changes, all waiting when it begins."""
    jobs = {latency: {} for latency in (*LATENCIES, LIMIT)}
    for capacity in CAPACITIES:
        _restart(sides["peer"], capacity)
        for latency in LATENCIES:
            jobs[latency][capacity] = _peer_drain(sides["peer"], DRAINED, latency, 0)
        jobs[LIMIT][capacity] = _peer_drain(sides["peer"], LIMITED, LATENCIES[-1], LIMIT)
    for latency in LATENCIES:
        ours, _refused = _our_drain(sides["ours"], DRAINED, latency, 0)
        best, capacity = max((rate, key) for key, (rate, _) in jobs[latency].items())
        yield Result(
            f"drain of {DRAINED} changed contacts, {latency} ms latency, no limit",
            f"queue_job, {capacity} at once: {best:.1f} a second",
            f"{ours / best:.1f}× ({ours:.1f} a second)",
            f"≥ {FASTER}×",
            ours >= FASTER * best,
        )
    ours, refused = _our_drain(sides["ours"], LIMITED, LATENCIES[-1], LIMIT)
    figures = "; ".join(
        f"{key} at once: {rate:.1f} a second, {count} times 429"
        for key, (rate, count) in jobs[LIMIT].items()
    )
    yield Result(
        f"drain of {LIMITED} changed contacts, {LATENCIES[-1]} ms latency, {LIMIT} calls a second",
        f"queue_job, {figures}",
        f"{ours:.1f} a second, {refused} times 429",
        "≥ 9.5, no 429",
        ours >= 0.95 * LIMIT and not refused,
    )


def _our_drain(side: Side, number: int, latency: int, limit: int) -> tuple[float, int]:
    account = _account(side)
    side.odoo.call("usercom.backend", "action_pause", account)
    side.odoo.call("usercom.backend", "write", account, {"rate_limit": limit or 1000})
    side.odoo.sql(OTHERS, str(next(_phones)))
    side.odoo.sql(f"{QUEUED} ORDER BY p.id LIMIT %s", number)
    return _measured(
        side, latency, limit, lambda: side.odoo.call("usercom.backend", "action_run", account)
    )


def _peer_drain(side: Side, number: int, latency: int, limit: int) -> tuple[float, int]:
    """The jobs of earlier edits once more, with new values."""
    side.odoo.sql(OTHERS, str(next(_phones)))
    return _measured(side, latency, limit, lambda: side.odoo.sql(PEER_AGAIN, number))


def _measured(side: Side, latency: int, limit: int, begin: Callable[[], Any]) -> tuple[float, int]:
    side.simulator.settings(latency_ms=latency, rate_limit=limit)
    side.simulator.clear_journal()
    begin()
    side.drained()
    return side.rate()
