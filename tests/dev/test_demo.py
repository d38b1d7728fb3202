"""`make demo` comes up whole, and whatever ends it takes down what it started and nothing else."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from .ground import ROOT, command, ends, runs

# Its own lock, cluster and database, so that a developer's demo may go on meanwhile.
SEPARATE = "from dev import demo; demo.NAME = 'demo-test'"
PATIENCE_SECONDS = 300


class Demo:
    """A running demo: its process and the URLs it has printed."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            command("demo", prelude=SEPARATE),
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name != "PORT"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.said = ""

    def wait_until_ready(self) -> None:
        """Read on until the last line of the welcome."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line
            if "Ctrl-C stops everything" in line:
                return
        raise AssertionError(self.said + self.process.communicate()[1])

    @property
    def urls(self) -> list[str]:
        return re.findall(r"http://[\d.:]+/\S*", self.said)

    def servers(self) -> list[int]:
        """The process ids of PostgreSQL, the simulator and Odoo."""
        own = self.process.pid
        return [int(pid) for pid in Path(f"/proc/{own}/task/{own}/children").read_text().split()]


@pytest.fixture
def demo() -> Iterator[Demo]:
    running = Demo()
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.process.terminate()
        running.process.communicate(timeout=PATIENCE_SECONDS)


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_demo_serves_until_it_is_told_to_stop(
    demo: Demo, bystander: subprocess.Popen[bytes], number: signal.Signals
):
    assert [requests.get(url, timeout=60).status_code for url in demo.urls] == [200] * 5
    servers = demo.servers()

    demo.process.send_signal(number)
    _, errors = demo.process.communicate(timeout=PATIENCE_SECONDS)

    assert demo.process.returncode == 0
    assert "Traceback" not in errors
    assert len(servers) == 3 and not any(map(runs, servers))
    assert bystander.poll() is None


def test_killed_demo_leaves_nothing_running(demo: Demo):
    servers = demo.servers()
    demo.process.kill()

    assert len(servers) == 3 and all(map(ends, servers))
