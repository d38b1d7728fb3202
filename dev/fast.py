"""`make test-fast`: the tests that need neither Odoo nor a database."""

from . import venv
from .locks import alone
from .process import foreground

_FOLDERS = ("tests/usercom", "tests/simulator")


def main(arguments: list[str]) -> int:
    """Run them; arguments go to pytest. Returns pytest's exit status."""
    with alone("set-up", wait=True):
        python = venv.ensure()
    return foreground([str(python), "-m", "pytest", "-p", "no:odoo", *_FOLDERS, *arguments])
