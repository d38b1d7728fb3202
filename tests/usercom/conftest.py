"""Puts the addon's plain Python on the path, and a real HTTP server at the tests' disposal."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "usercom_connector"))

from usercom import Client, NotFoundError, Throttle, User  # noqa: E402

from ..simulator.process import Simulator  # noqa: E402
from .stub import Stub  # noqa: E402

API_KEY = "k" * 60 + "SAFE"

set_hypothesis_home_dir(ROOT / ".cache" / "hypothesis")
settings.register_profile("quick", derandomize=True, deadline=None, max_examples=60, database=None)
settings.load_profile("quick")


def listed(
    client: Client, since: datetime | None = None, until: datetime | None = None
) -> Iterator[list[User]]:
    """The users of each page, read as the drains do: to the page that is not there."""
    page = client.changed_page(since, until)
    yield page.users
    while page.next:
        try:
            page = client.page_at(page.next)
        except NotFoundError:
            return
        yield page.users


@pytest.fixture(scope="session")
def running_stub() -> Iterator[Stub]:
    with Stub() as server:
        yield server


@pytest.fixture
def stub(running_stub: Stub) -> Iterator[Stub]:
    yield running_stub
    running_stub.forget()


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[Simulator]:
    with Simulator() as server:
        yield server


@pytest.fixture
def simulator(running_simulator: Simulator) -> Simulator:
    """An empty account without a limit of calls."""
    running_simulator.reset(rate_limit=0)
    return running_simulator


@pytest.fixture
def throttle() -> Throttle:
    return Throttle(10_000)


@pytest.fixture
def client(stub: Stub, throttle: Throttle) -> Iterator[Client]:
    with Client(stub.url, API_KEY, throttle=throttle, timeout=1) as connected:
        yield connected
