"""`make demo`: Odoo with the addon, connected to the User.com simulator and ready to try."""

import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from . import odoo, ports, template
from .console import GroundError, step
from .locks import alone
from .paths import ROOT, VENV
from .postgres import Cluster
from .process import spawn, stop, tools_first, wait_for

NAME = "demo"
APPS = ("sale_management",)  # to see an order arrive
_API_KEY = ("simulator" * 8)[:64]
_SETUP = ROOT / "dev/demo_setup.py"
_USUAL_PORT = 8069
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_WELCOME = """
  Odoo       {url}/odoo/contacts    log in as admin, password admin
  User.com   {simulator}/    the simulator's page

  Try:  1. Change the name or e-mail of a contact in Odoo: it appears on the simulator's page.
        2. Change a value on the simulator's page: it appears in Odoo (reload the contact).
        3. Add a new person on the simulator's page: Odoo creates the contact.
        4. Open {url}/odoo/usercom: what somebody should look at, and how the week went.
        5. Confirm a quotation in {url}/odoo/sales: {simulator}/control/commerce
           shows its deal and purchases.
        6. Open User.com → Order History there: how the orders of the last months were sent.

  Ctrl-C stops everything.
"""


def main(arguments: list[str]) -> int:
    """Serve until Ctrl-C; with `--check`, stop as soon as everything is ready."""
    began = time.monotonic()
    if set(arguments) - {"--check"}:
        raise GroundError(f"make demo knows only ARGS=--check, not {' '.join(arguments)}.")
    port = ports.choose(os.environ.get("PORT"), _USUAL_PORT)
    with alone(NAME):
        with alone("set-up", wait=True):
            odoo.ensure()
            cluster = Cluster(NAME)
        with cluster.running(), _simulator() as simulator_url:
            _serve(cluster, simulator_url, port, began, check="--check" in arguments)
    step("stopped")
    return 0


def _serve(cluster: Cluster, simulator: str, port: int, began: float, *, check: bool) -> None:
    url = f"http://{ports.LOOPBACK}:{port}"
    env = odoo.environment(cluster.env, NAME)
    template.copy(cluster, template.ensure(cluster, env, APPS), NAME)
    _configure(env, simulator, url)
    with _odoo(env, url, port) as server:
        step(f"ready in {time.monotonic() - began:.1f} s")
        if not check:
            print(_WELCOME.format(url=url, simulator=simulator), flush=True)
            _until_interrupted(server)


@contextmanager
def _simulator() -> Iterator[str]:
    """The simulator running; yields its URL."""
    step("starting the User.com simulator")
    port = ports.free()
    url = f"http://{ports.LOOPBACK}:{port}"
    arguments = [f"--port={port}", f"--api-key={_API_KEY}"]
    command = [str(VENV / "bin/python"), "-m", "tests.simulator", *arguments]
    process = spawn(command, env=tools_first(), log="simulator")
    try:
        wait_for(lambda: _answers(url), process, "The simulator", "simulator", patience=30)
        yield url
    finally:
        stop(process)


def _configure(env: dict[str, str], simulator: str, url: str) -> None:
    step("connecting Odoo to the simulator and adding sample contacts")
    settings = {"DEMO_SIMULATOR_URL": simulator, "DEMO_API_KEY": _API_KEY, "DEMO_ODOO_URL": url}
    template.shell({**env, **settings}, NAME, _SETUP, "Configuring the demo")


@contextmanager
def _odoo(env: dict[str, str], url: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Odoo serving the demo database, its warnings on our own standard error."""
    step("starting Odoo")
    command = odoo.command(
        "-d", NAME, f"--http-port={port}", "--max-cron-threads=2", "--log-level=warn"
    )
    process = spawn(command, env=env)
    try:
        wait_for(lambda: _answers(f"{url}/web/login"), process, "Odoo", patience=120)
        yield process
    finally:
        step("stopping")
        stop(process)


def _answers(url: str) -> bool:
    try:
        with _DIRECT.open(url, timeout=60) as answer:
            return answer.status == 200
    except OSError:
        return False


def _until_interrupted(server: subprocess.Popen[bytes]) -> None:
    try:
        status = server.wait()
    except (KeyboardInterrupt, SystemExit):
        return
    raise GroundError(f"Odoo ended by itself with status {status}; what it said is above.")
