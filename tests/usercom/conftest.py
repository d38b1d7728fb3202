"""Puts the addon's plain Python on the path, and a real HTTP server at the tests' disposal."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "usercom_connector"))

from usercom import Client, Throttle  # noqa: E402

from .stub import Stub  # noqa: E402

API_KEY = "k" * 60 + "SAFE"

set_hypothesis_home_dir(ROOT / ".cache" / "hypothesis")
settings.register_profile("quick", derandomize=True, deadline=None, max_examples=60, database=None)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def running_stub() -> Iterator[Stub]:
    with Stub() as server:
        yield server


@pytest.fixture
def stub(running_stub: Stub) -> Iterator[Stub]:
    yield running_stub
    running_stub.forget()


@pytest.fixture
def throttle() -> Throttle:
    return Throttle(10_000)


@pytest.fixture
def client(stub: Stub, throttle: Throttle) -> Iterator[Client]:
    with Client(stub.url, API_KEY, throttle=throttle, timeout=(2, 1)) as connected:
        yield connected
