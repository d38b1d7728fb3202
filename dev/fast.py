"""`make test-fast`: the tests that need neither Odoo nor a database, but for the slow ones."""

from . import venv
from .locks import alone
from .process import foreground

_FOLDERS = ("tests/usercom", "tests/simulator")


def main(arguments: list[str]) -> int:
    """Run them; arguments go to pytest. Returns pytest's exit status."""
    with alone("set-up", wait=True):
        python = venv.ensure()
    command = [str(python), "-m", "pytest", "-p", "no:odoo", "-m", "not slow"]
    return foreground([*command, *_FOLDERS, *arguments])
