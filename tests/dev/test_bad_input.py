"""Whatever is wrong with the machine or the call, a command ends with one clear sentence."""

import fcntl
import socket
from pathlib import Path

import pytest

from dev.console import GroundError
from dev.process import require

from .ground import bare_copy, run, sentence

ODOO_18 = "version_info = (18, 0, 0, FINAL, 0, '')\n"


def test_unknown_command_names_the_known_ones():
    assert "demo, test, test-fast, bench, lint, shell" in sentence(run("deploy"))


def test_old_python_is_refused():
    result = run("demo", prelude="import sys; sys.version_info = (3, 9, 18)")

    assert "Python 3.11 or newer" in sentence(result)


def test_folder_without_odoo_is_refused(tmp_path: Path):
    said = sentence(run("demo", root=bare_copy(tmp_path), ODOO_PATH="/nowhere"))

    assert "ODOO_PATH=/nowhere holds no Odoo" in said


def test_another_odoo_is_refused(tmp_path: Path):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo/release.py").write_text(ODOO_18)

    said = sentence(run("demo", root=bare_copy(tmp_path), ODOO_PATH=str(tmp_path)))

    assert "holds Odoo 18; this addon needs Odoo 19" in said


def test_busy_port_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = sentence(run("demo", PORT=str(port)))

    assert f"Port {port} is busy" in said


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_no_port_is_refused(port: str):
    assert f"PORT={port} is no port" in sentence(run("demo", PORT=port))


def test_unknown_argument_is_refused():
    assert "--fast" in sentence(run("demo", "--fast"))


@pytest.mark.parametrize("purpose", ["demo", "test"])
def test_second_run_at_once_is_refused(tmp_path: Path, purpose: str):
    root = bare_copy(tmp_path)
    (root / ".cache").mkdir()
    with open(root / f".cache/{purpose}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        said = sentence(run(purpose, root=root))

    assert f"Another `make {purpose}` runs" in said


def test_missing_apt_is_named(tmp_path: Path):
    result = run("demo", root=bare_copy(tmp_path), PATH=str(tmp_path), ODOO_PATH="")

    assert "apt-get is missing" in sentence(result)


def test_missing_setpriv_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(GroundError, match="setpriv is missing and the servers need it; install"):
        require("setpriv", "the servers need it")


def test_full_disk_is_seen_before_the_download(tmp_path: Path):
    lie = "import shutil; shutil.disk_usage = lambda path: type('Usage', (), {'free': 2**30})"

    said = sentence(run("demo", root=bare_copy(tmp_path), prelude=lie, ODOO_PATH=""))

    assert "has 1.0 GiB free and this step needs 3.0 GiB" in said


def test_disk_that_fills_up_on_the_way_is_named(tmp_path: Path):
    root = bare_copy(tmp_path)
    (root / ".cache/apt/sid").mkdir(parents=True)
    (root / ".cache/apt/sid/debian.sources").symlink_to("/dev/full")

    assert "No disk space is left" in sentence(run("demo", root=root, ODOO_PATH=""))


def test_unreachable_network_is_named(tmp_path: Path):
    nowhere = (
        "from dev import debian, sources\n"
        "fields = {'types': 'deb', 'uris': 'http://127.0.0.1:9/debian', 'trusted': 'yes'}\n"
        "debian.archive = lambda suite: sources.Entry(fields)"
    )

    said = sentence(run("demo", root=bare_copy(tmp_path), prelude=nowhere, ODOO_PATH=""))

    assert "package list could not be read; check the network" in said
