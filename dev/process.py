"""Child processes that never outlive us: each gets a signal when its parent dies."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO

from .console import GroundError, tail
from .paths import BIN, LOGS, ROOT, VENV
from .ports import LOOPBACK

Environment = Mapping[str, str]


def require(tool: str, why: str) -> str:
    """The path of a command, or a sentence that says what to install and why."""
    found = shutil.which(tool)
    if not found:
        raise GroundError(f"{tool} is missing and {why}; install it and run again.")
    return found


def tools_first() -> dict[str, str]:
    """Our environment with the venv's and extracted commands first, and no proxy for loopback."""
    tools = (str(BIN), str(VENV / "bin"), os.environ.get("PATH", os.defpath))
    direct = ",".join(filter(None, (os.environ.get("no_proxy"), LOOPBACK, "localhost")))
    ours = {"VIRTUAL_ENV": str(VENV), "PYTHONUNBUFFERED": "1"}
    ours |= {"PATH": os.pathsep.join(tools), "no_proxy": direct, "NO_PROXY": direct}
    return {**os.environ, **ours}


def run(
    command: list[str],
    what: str,
    *,
    env: Environment | None = None,
    log: str | None = None,
    stdin: Path = Path(os.devnull),
) -> None:
    """Run a command to its end; a failure shows the end of its log and says `what` failed.

    The output goes to `.cache/logs/<log>.log`, or straight through when there is no log.
    """
    with open(stdin, "rb") as source, _output(log) as sink:
        errors = subprocess.STDOUT if sink else None
        done = subprocess.run(
            command, cwd=ROOT, env=env, check=False, stdin=source, stdout=sink, stderr=errors
        )
    if done.returncode:
        raise GroundError(f"{what} failed with status {done.returncode}{_ending(log)}")


def foreground(command: list[str], *, env: Environment | None = None, cwd: Path = ROOT) -> int:
    """Run a command that shares our terminal and its Ctrl-C; returns its exit status."""
    process = subprocess.Popen(command, cwd=cwd, env=env or tools_first())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
        except SystemExit:
            stop(process)
            raise


def spawn(
    command: list[str],
    *,
    env: Environment,
    log: str | None = None,
    death: str = "KILL",
    rights: Iterable[str] = (),
) -> subprocess.Popen[bytes]:
    """Start a server away from the terminal's Ctrl-C, its output where `run` puts it.

    `death` names the signal it gets when we die, however we die; `rights` are setpriv's options.
    """
    setpriv = require("setpriv", "the servers are started with it")
    with _output(log) as sink:
        return subprocess.Popen(
            [setpriv, *rights, "--pdeathsig", death, "--", *command],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT if sink else None,
            start_new_session=True,
        )


def stop(
    process: subprocess.Popen[bytes], number: int = signal.SIGTERM, patience: float = 20
) -> None:
    """End a process we started, by force after `patience` seconds."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for(
    ready: Callable[[], bool],
    process: subprocess.Popen[bytes],
    what: str,
    log: str | None = None,
    *,
    patience: float,
) -> None:
    """Return once `ready()`; fail when the process ends first or `patience` seconds have passed."""
    deadline = time.monotonic() + patience
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise GroundError(f"{what} did not start{_ending(log)}")
        time.sleep(0.05)


def _output(log: str | None) -> AbstractContextManager[IO[bytes] | None]:
    if not log:
        return nullcontext()
    LOGS.mkdir(parents=True, exist_ok=True)
    return open(LOGS / f"{log}.log", "wb")


def _ending(log: str | None) -> str:
    """How a sentence about a failed process ends: with the last lines of its log."""
    if not log:
        return "; what it said is above."
    path = LOGS / f"{log}.log"
    return f"; the end of {path}:\n{tail(path)}"
