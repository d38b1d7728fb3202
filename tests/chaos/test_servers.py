"""Random histories on real servers that are killed, with threads, with workers, and two at once."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.e2e.conftest import connect, pair_field
from tests.server import OdooServer
from tests.simulator.process import Simulator

from .common_history import History
from .common_seeds import MINUTES, live_through
from .common_servers import Servers
from .common_values import ATTRIBUTES, SEGMENTS, TAGS, Ids, conversion

SHORTEST, LONGEST = 15, 30
WORKERS = ("--workers=2", "--max-cron-threads=2")
# How many servers there are, and their options.
KINDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "workers": (1, WORKERS),
    "threads": (1, ()),
    "two of workers": (2, WORKERS),
    "two of threads": (2, ()),
}
CHOSEN = list(KINDS) if MINUTES else ["two of threads"]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as simulator:
        simulator.settings(rate_limit=0)
        simulator.attribute("email_consent", "boolean")
        for name in ATTRIBUTES:
            simulator.attribute(name, "string")
        yield simulator


@pytest.mark.parametrize("kind", CHOSEN)
def test_random_histories_end_with_both_sides_equal(simulator: Simulator, kind: str) -> None:
    count, options = KINDS[kind]
    with ExitStack() as stack:
        servers = [stack.enter_context(OdooServer("chaos", *options))]
        connect(servers[0], simulator)
        name_consent(servers[0])
        ids = pair_more(servers[0])
        servers += [stack.enter_context(servers[0].beside()) for _other in range(count - 1)]
        calls = simulator.control("GET", "automations")
        calls += [calls[0] | {"trigger": trigger} for trigger in ("tag_added", "tag_removed")]
        simulator.automations(*(call | {"drop": 0.1, "jitter": 0.2} for call in calls))
        live_through(
            lambda seed: live(servers, simulator, ids, seed),
            share=0.5 / len(KINDS),
        )


def name_consent(server: OdooServer) -> None:
    """What the administrator says of that pair."""
    is_consent = [["field_id.name", "=", "x_email_consent"]]
    mapping = server.call("usercom.field.mapping", "search", is_consent)
    server.call("usercom.field.mapping", "write", mapping, {"is_consent": True})


def pair_more(server: OdooServer) -> Ids:
    """What the administrator pairs besides: converted values and tags."""
    industries = [{"name": name} for name in SEGMENTS]
    numbers = server.call("res.partner.industry", "create", industries)
    tags = server.call("res.partner.category", "create", [{"name": name} for name in TAGS])
    [backend] = server.call("usercom.backend", "search", [])
    for name, number in zip(TAGS, tags, strict=True):
        label = {"backend_id": backend, "kind": "tags", "name": name}
        [label_id] = server.call("usercom.label", "create", [label])
        pair = {"backend_id": backend, "category_id": number, "label_id": label_id}
        server.call("usercom.tag.mapping", "create", [pair])
    segments = dict(zip(SEGMENTS, numbers, strict=True))
    ids = {"segment": segments, "tags": dict(zip(TAGS, tags, strict=True))}
    for name, field in ATTRIBUTES.items():
        pair_field(server, field, name, **conversion(name, ids))
    return ids


def live(servers: list[OdooServer], simulator: Simulator, ids: Ids, seed: int) -> Counter[str]:
    """Live through the history of the seed, as far as the moments are not chance."""
    chance = random.Random(seed)
    sides = Servers(servers, simulator, ids, chance)
    history = History(sides, seed, prefix=f"h{seed}-")
    try:
        history.live(chance.randint(SHORTEST, LONGEST))
    except (AssertionError, TimeoutError) as error:
        story = "\n".join(f"  {n}. {text}" for n, text in enumerate(history.story, 1))
        raise AssertionError(f"{error}\n{story}") from error
    return history.counts
