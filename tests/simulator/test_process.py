"""The command, its start and its end."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import pytest
import requests

from .__main__ import main
from .process import ROOT, Simulator
from .settings import API_KEY, Settings

COMMAND = [sys.executable, "-m", "tests.simulator"]


@contextmanager
def started(*options):
    """Run the command and yield it with the URL it names."""
    process = subprocess.Popen([*COMMAND, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        yield process, re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", line)[1]
    finally:
        process.kill()
        process.communicate()


def test_it_says_where_it_listens_and_stops_at_once():
    key = "k" * 64
    headers = {"Authorization": f"Token {key}"}
    with started("--port", "0", "--api-key", key) as (process, url), requests.Session() as held:
        assert held.get(f"{url}/api/public/users/", headers=headers, timeout=10).ok
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0


def test_the_webhook_options_make_two_automations(receiver):
    options = ["--webhook-url", receiver.url, "--webhook-header", "X-Usercom-Token: secret"]
    with started(*options) as (process, url):
        requests.post(f"{url}/control/visit", json={"email": "a@x.yz"}, timeout=10)
        requests.get(f"{url}/control/quiet?for=0", timeout=10)
        found = requests.get(f"{url}/control/automations", timeout=10).json()
        process.terminate()
        assert process.wait(5) == 0
    assert [each["trigger"] for each in found] == ["attribute_change", "new_user"]
    assert receiver.received[0].headers["x-usercom-token"] == "secret"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--api-key", "short"], "an API key has 64 characters"),
        (["--webhook-header", "x"], "a header is NAME:VALUE"),
    ],
)
def test_a_bad_option_is_told(monkeypatch, capsys, options, text):
    monkeypatch.setattr(sys, "argv", ["tests.simulator", *options])
    with pytest.raises(SystemExit):
        main()
    assert text in capsys.readouterr().err


def test_a_busy_port_is_told(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        monkeypatch.setattr(sys, "argv", ["tests.simulator", "--port", port])
        with pytest.raises(
            SystemExit, match=rf"^The simulator cannot listen on .*:{port}: .*in use"
        ):
            main()


def test_it_ends_with_its_parent():
    code = (
        "import os\nfrom tests.simulator.process import Simulator\n"
        "simulator = Simulator()\nsimulator.start()\n"
        "print(simulator._process.pid, flush=True)\nos._exit(0)"
    )
    parent = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=20
    )
    child = int(parent.stdout)
    deadline = time.monotonic() + 10
    while _lives(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _lives(child)


def _lives(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except FileNotFoundError:
        return False


def test_stopping_twice_is_harmless_and_a_failed_start_is_told():
    simulator = Simulator()
    simulator.start()
    pid = simulator._process.pid
    simulator.stop()
    simulator.stop()
    assert not os.path.exists(f"/proc/{pid}")
    with pytest.raises(RuntimeError, match="did not start"):
        Simulator(api_key="short").start()


def test_the_default_key_is_as_long_as_a_real_one():
    assert len(API_KEY) == 64


def test_the_readme_names_every_switch_with_its_default():
    text = (ROOT / "tests/simulator/README.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| (`[^|]*`) \|", text, re.MULTILINE))
    defaults = Settings().as_dict()
    assert list(rows) == [field.name for field in fields(Settings)]
    for name, shown in rows.items():
        if name != "keys":
            assert shown == f"`{defaults[name]}`", name
