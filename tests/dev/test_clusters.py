"""A PostgreSQL cluster of our own comes and goes with the command that started it."""

import os
import signal
import subprocess
import time
from pathlib import Path

from .ground import bare_copy, command, ends

HOLD = """
import sys, time
from dev.postgres import Cluster
with Cluster("held").running() as cluster:
    print(*cluster.sql("SELECT current_user"), flush=True)
    time.sleep(float(sys.argv[1]))
"""


def hold(root: Path, seconds: float) -> subprocess.Popen[str]:
    """A process that runs the cluster for some seconds and says when it has started."""
    python = command()[0]
    return subprocess.Popen(
        [python, "-c", HOLD, str(seconds)], cwd=root, stdout=subprocess.PIPE, text=True
    )


def answers(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout
    return [line.strip() for line in process.stdout if not line.startswith("==>")]


def held(root: Path) -> tuple[subprocess.Popen[str], int]:
    """A process that runs the cluster until it is killed, and the server's process id."""
    process = hold(root, 60)
    assert process.stdout and "odoo\n" in iter(process.stdout.readline, "")
    [state] = root.glob(".cache/pg-held-*/postmaster.pid")
    return process, int(state.read_text().split()[0])


def test_cluster_starts_answers_and_stops(tmp_path: Path):
    root = bare_copy(tmp_path)

    assert answers(hold(root, 0)) == ["odoo"]
    assert not list(root.glob(".cache/pg-held-*/postmaster.pid"))


def test_server_ends_with_a_killed_command_and_starts_again(tmp_path: Path):
    root = bare_copy(tmp_path)
    process, pid = held(root)
    process.kill()

    assert ends(pid)
    assert answers(hold(root, 0)) == ["odoo"]


def test_frozen_left_over_server_is_waited_for(tmp_path: Path):
    root = bare_copy(tmp_path)
    process, pid = held(root)
    os.kill(pid, signal.SIGSTOP)
    process.kill()
    try:
        second = hold(root, 0)
        time.sleep(0.5)
        assert second.poll() is None
    finally:
        os.kill(pid, signal.SIGCONT)

    assert answers(second)[-1:] == ["odoo"]


def test_password_is_for_the_owner_only(tmp_path: Path):
    root = bare_copy(tmp_path)
    answers(hold(root, 0))
    [password] = root.glob(".cache/pg-held-*.password")

    assert password.stat().st_mode & 0o077 == 0
