"""PostgreSQL clusters of our own: a folder each, a free loopback port, a generated password."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import ports
from .console import GroundError, step
from .debian import machine, tree
from .paths import BIN, CACHE
from .process import run, spawn, stop, wait_for
from .wrappers import wrap

USER = "odoo"
_PROGRAMS = ("initdb", "postgres", "psql", "createdb", "dropdb")
_FAST = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off"),
    "jit=off",  # little data, long statements: compiling them takes longer than they do
    # After which autovacuum gives way: well before the second that a lock is waited for.
    "deadlock_timeout=100ms",
)


def programs() -> Path:
    """The folder of PostgreSQL's programs: the machine's, else Debian's extracted."""
    machine = Path("/usr/lib/postgresql").glob("*/bin")
    path = map(Path, os.environ.get("PATH", os.defpath).split(os.pathsep))
    for folder in (*sorted(machine, key=_version, reverse=True), BIN, *path):
        if all(os.access(folder / name, os.X_OK) for name in _PROGRAMS):
            return folder
    return _extracted()


def _version(folder: Path) -> float:
    return float(folder.parent.name)


def _extracted() -> Path:
    apt = machine()
    top = tree("postgresql", {apt: apt.missing(["postgresql"])}, gib=0.5)
    folder = next(top.glob("usr/lib/postgresql/*/bin"))
    for name in _PROGRAMS:
        wrap(folder / name, top)
    return BIN


class Cluster:
    """A cluster in `.cache/pg-<name>-<version>`, made on the first start; `durable` keeps fsync on.

    Running as root, it is owned by nobody, which alone may not enter folders such as /root,
    so it keeps the one capability that opens them.
    """

    def __init__(self, name: str, *, durable: bool = False) -> None:
        self._programs = programs()
        self.folder = CACHE / f"pg-{name}-{_major(self._programs)}"
        self._log = f"postgresql-{name}"
        self._settings = () if durable else _FAST
        self._port = 0

    @property
    def env(self) -> dict[str, str]:
        """What libpq and its clients need to connect, password included."""
        return {
            "PGHOST": ports.LOOPBACK,
            "PGPORT": str(self._port),
            "PGUSER": USER,
            "PGPASSWORD": self._password_file.read_text(),
            "PGDATABASE": "postgres",
        }

    @contextmanager
    def running(self) -> Iterator["Cluster"]:
        """The cluster started, and stopped at the end."""
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        self._end_leftover()
        self._port = ports.free()
        command, env = self._start_command(), self._plain_env()
        process = spawn(command, env=env, log=self._log, death="INT", rights=_rights())
        try:
            wait_for(self._accepts, process, "PostgreSQL", self._log, patience=60)
            yield self
        finally:
            stop(process, signal.SIGINT)

    def sql(self, statement: str, database: str = "postgres") -> list[str]:
        """Run one statement; returns the rows, columns separated by `|`."""
        command = [
            str(self._programs / "psql"),
            "-XAtq",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            database,
            "-c",
            statement,
        ]
        result = subprocess.run(
            command, env={**os.environ, **self.env}, capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise GroundError(f"PostgreSQL refused `{statement}`: {result.stderr.strip()}")
        return result.stdout.splitlines()

    @property
    def _password_file(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.password")

    def _create(self) -> None:
        step(f"making a PostgreSQL cluster in {self.folder}")
        half = self.folder.with_name(f"{self.folder.name}.part")
        shutil.rmtree(half, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self._own(half)
        self._password_file.unlink(missing_ok=True)
        with open(os.open(self._password_file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as secret:
            secret.write(secrets.token_urlsafe(24))
        command = [
            str(self._programs / "initdb"),
            "-D",
            str(half),
            "-U",
            USER,
            f"--pwfile={self._password_file}",
        ]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        run(
            ["setpriv", *_rights(), "--", *command],
            "Making the PostgreSQL cluster",
            env=self._plain_env(),
            log=self._log,
        )
        half.rename(self.folder)

    def _own(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)

    def _start_command(self) -> list[str]:
        fixed = (
            f"port={self._port}",
            f"listen_addresses={ports.LOOPBACK}",
            "unix_socket_directories=",
            "shared_buffers=256MB",
        )
        options = [part for setting in (*fixed, *self._settings) for part in ("-c", setting)]
        return [str(self._programs / "postgres"), "-D", str(self.folder), *options]

    def _plain_env(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("PG")}

    def _accepts(self) -> bool:
        state = self._pid_file_lines()
        return len(state) > 7 and state[7].strip() == "ready"

    def _end_leftover(self) -> None:
        """Stop the server a killed run may have left in our folder, and nobody else's."""
        state = self._pid_file_lines()
        if not state or not self._is_ours(int(state[0])):
            return
        step("stopping the PostgreSQL that an interrupted run left behind")
        os.kill(int(state[0]), signal.SIGINT)
        while self._is_ours(int(state[0])):
            time.sleep(0.05)

    def _is_ours(self, pid: int) -> bool:
        try:
            return str(self.folder) in Path(f"/proc/{pid}/cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return False

    def _pid_file_lines(self) -> list[str]:
        file = self.folder / "postmaster.pid"
        return file.read_text().splitlines() if file.exists() else []


def _major(folder: Path) -> str:
    """The major version of the server's programs, such as `15`."""
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True)
    return answer.stdout.split()[2].split(".")[0]


def _rights() -> list[str]:
    """The options of `setpriv` for PostgreSQL's programs, which refuse to be root."""
    if os.geteuid():
        return ["--no-new-privs"]
    nobody = pwd.getpwnam("nobody")
    identity = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    capability = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    # Without the last, access(2) would not heed the capability.
    return [*identity, *capability, "--securebits=+no_setuid_fixup"]
