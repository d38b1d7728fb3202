"""What calls User.com and what writes spreadsheets, with the versions that Odoo itself pins."""

import os
import re
import subprocess
import sys
from pathlib import Path

from dev import pins

HERE = Path(__file__).parent
FILES = ("transport", "hostile", "tls", "denied", "pages", "client", "spreadsheet")
SHOW = "import requests, urllib3, xlsxwriter as x; print(requests.__version__, urllib3.__version__)"


def environment():
    return {**os.environ, "PYTHONPATH": str(pins.ensure())}


def test_they_are_the_ones_that_are_used():
    shown = subprocess.run(
        [sys.executable, "-c", SHOW + "; print(x.__version__)"],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    pinned = set(re.findall(r"==(\S+)", pins.REQUIREMENTS.read_text()))
    assert set(shown.stdout.split()) <= pinned


def test_the_client_and_the_spreadsheet_with_the_versions_that_odoo_pins():
    files = [str(HERE / f"test_{name}.py") for name in FILES]
    command = [sys.executable, "-m", "pytest", "-p", "no:odoo", "-q"]
    done = subprocess.run(
        [*command, *files], env=environment(), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-5000:]
