"""The virtual environment: Odoo's Python requirements, the tests' and the linters'."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE, STDOUT

from .console import GroundError, step, tail
from .debian import machine, require_disk, tree
from .paths import LOGS, ROOT, VENV
from .process import run

_PROGRESS = ("Downloading", "Building wheel", "Installing collected")
REQUIREMENTS = (ROOT / "dev/requirements.txt", ROOT / "dev/requirements-test.txt")


def ensure() -> Path:
    """Make the environment unless it is there and up to date; returns its Python."""
    python = VENV / "bin/python"
    stamp = VENV / "stamp"
    if not stamp.exists() or stamp.read_text() != _digest():
        require_disk(1.5)
        _create(python)
        _install(python)
        stamp.write_text(_digest())
    return python


def _install(python: Path) -> None:
    step("installing Python packages")
    files = [part for file in REQUIREMENTS for part in ("-r", str(file))]
    # Python compiles what it imports, which is far from all.
    options = ["--disable-pip-version-check", "--no-compile"]
    command = [str(python), "-m", "pip", "install", *options, *files]
    log = LOGS / "pip.log"
    LOGS.mkdir(exist_ok=True)
    with (
        open(log, "w") as kept,
        subprocess.Popen(command, stdout=PIPE, stderr=STDOUT, text=True) as pip,
    ):
        for line in pip.stdout or ():
            kept.write(line)
            if line.strip().startswith(_PROGRESS):
                print(f"    {line.strip()[:96]}", flush=True)
    if pip.returncode:
        raise GroundError(
            f"The Python packages could not be installed; the end of {log}:\n{tail(log)}"
        )


def _digest() -> str:
    texts = [file.read_text() for file in REQUIREMENTS]
    return hashlib.sha256("\0".join([*texts, sys.version, str(VENV)]).encode()).hexdigest()


def _create(python: Path) -> None:
    step(f"making a virtual environment in {VENV}")
    shutil.rmtree(VENV, ignore_errors=True)
    has_pip = importlib.util.find_spec("ensurepip") is not None
    run(
        [sys.executable, "-m", "venv", *([] if has_pip else ["--without-pip"]), str(VENV)],
        "Making the environment",
    )
    if not has_pip:
        wheel = next(_pip_wheels().glob("usr/share/python-wheels/pip-*.whl"))
        run([str(python), f"{wheel}/pip", "install", "--no-index", str(wheel)], "Installing pip")


def _pip_wheels() -> Path:
    return tree("pip", {machine(): ["python3-pip-whl"]}, gib=0.1)
