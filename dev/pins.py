"""The libraries in the versions that Odoo itself pins: a folder to be put before all others."""

import hashlib
import shutil
import sys
from pathlib import Path

from .console import step
from .paths import CACHE, ROOT, VENV
from .process import run

REQUIREMENTS = ROOT / "dev/requirements-odoo-pins.txt"


def ensure() -> Path:
    """Install them with the environment's pip unless they are there; returns the folder."""
    content = REQUIREMENTS.read_text() + sys.version
    folder = CACHE / f"odoo-pins-{hashlib.sha256(content.encode()).hexdigest()[:8]}"
    if not folder.exists():
        python, making = VENV / "bin/python", folder.with_suffix(".new")
        step("installing the libraries that Odoo pins")
        shutil.rmtree(making, ignore_errors=True)
        options = ["--disable-pip-version-check", "--no-deps", "--target", str(making)]
        run(
            [str(python), "-m", "pip", "install", *options, "-r", str(REQUIREMENTS)],
            "Installing the libraries that Odoo pins",
        )
        making.rename(folder)
    return folder
