"""A real Odoo server with cron threads on a database of its own, for end-to-end tests."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any

import psycopg2
import requests
from psycopg2 import sql

ROOT = Path(__file__).resolve().parents[1]
ODOO_BIN = str(ROOT / "tests/e2e/odoo_bin.py")
PATIENCE_SECONDS = 90
REPEATED = re.compile(
    r"^.* odoo\.sql_db: bad query: .*\nERROR: could not serialize .*", re.MULTILINE
)


class OdooServer:
    """Serves while the context lasts. `url` is where, `call` reaches it as the administrator.

    Its database is a copy of the one that the environment variable `template` names, as `make test`
    does. `options` are further ones for Odoo's command line, `proxy` the headers that a proxy would
    add, `environment` what it finds there besides ours.
    """

    def __init__(
        self,
        name: str,
        *options: str,
        proxy: dict[str, str] | None = None,
        template: str = "USERCOM_TEMPLATE",
        environment: dict[str, str] | None = None,
    ) -> None:
        self._template = os.environ[template]
        self.database = f"{self._template}_{name}"
        self._options = options
        self.environment = environment or {}
        self._proxy = proxy or {}
        self._reset()

    def _reset(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = Path(tempfile.gettempdir()) / f"{self.database}_{self.port}.log"
        self._session = requests.Session()
        self._session.headers.update(self._proxy)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "OdooServer":
        create_database(self.database, self._template)
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()
        drop_database(self.database)

    @contextmanager
    def beside(self) -> Iterator["OdooServer"]:
        """A second Odoo process on the same database, while the context lasts."""
        other = copy(self)
        other._reset()
        other.start()
        try:
            yield other
        finally:
            other.stop()

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Do something to the database behind Odoo's back; return the rows, if there are any."""
        return execute(statement, self.database, values)

    def start(self) -> None:
        """Start Odoo as an administrator would, and wait until it answers."""
        options = ["-d", self.database, f"--http-port={self.port}", "--http-interface=127.0.0.1"]
        command = [sys.executable, ODOO_BIN, *options, *self._options, "--log-level=warn"]
        with self.log.open("ab") as log:
            env = os.environ | self.environment
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=env)
        until(self._answers, PATIENCE_SECONDS, what=f"Odoo; see {self.log}")
        self._log_in()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start_anew(self) -> None:
        """Start it once more after its end, however that came."""
        self._process = None
        self.start()

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def call(self, model: str, method: str, *arguments: Any, **options: Any) -> Any:
        """Call a method of a model as the web client does; raise RuntimeError for a refusal."""
        params = {"model": model, "method": method, "args": arguments, "kwargs": options}
        return self._post("/web/dataset/call_kw", params)

    def _post(self, path: str, params: dict[str, Any]) -> Any:
        answer = self._session.post(f"{self.url}{path}", json={"params": params}, timeout=60).json()
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["message"])
        return answer.get("result")

    def _log_in(self) -> None:
        login = {"db": self.database, "login": "admin", "password": "admin"}
        self._post("/web/session/authenticate", login)

    @property
    def pid(self) -> int:
        """The id of Odoo's process, which has to run."""
        assert self._process
        return self._process.pid

    def complaints(self) -> str:
        """What Odoo has logged as a warning or worse, but for transactions that it does again."""
        return REPEATED.sub("", self.log.read_text())

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"Odoo ended; see {self.log}")
        try:
            return self._session.get(f"{self.url}/web/health", timeout=60).ok
        except requests.ConnectionError:
            return False

    def _end(self, number: int) -> None:
        if self._process:
            self._process.send_signal(number)
            self._process.wait(timeout=60)
            self._process = None


def until(condition: Any, seconds: float, what: str = "the condition") -> Any:
    """Return the first true answer of `condition`; raise TimeoutError after so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise TimeoutError(f"waited {seconds} s in vain for {what}")


def free_port() -> int:
    """A port that nobody uses. It is bound a while later: no other process of the tests gets it."""
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port // 2 % count == number:  # free ones are odd, those of connections even
            return port


def create_database(name: str, template: str) -> None:
    """Make a copy of the template, without Odoo's own jobs; ours come later."""
    drop_database(name)
    names = sql.Identifier(name), sql.Identifier(template)
    execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    execute("UPDATE ir_cron SET active = false", name)


def drop_database(name: str) -> None:
    """Remove the database if it is there, whoever is connected to it."""
    execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def execute(
    statement: sql.Composable | str, database: str = "postgres", values: tuple[Any, ...] = ()
) -> list[tuple[Any, ...]]:
    """Execute a statement outside of any transaction; return the rows, if there are any."""
    connection = psycopg2.connect(dbname=database)
    try:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()
