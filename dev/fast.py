"""`make test-fast`: the tests of the plain Python, which need no Odoo, database or server."""

from . import venv
from .locks import alone
from .process import foreground

_TESTS = "tests/usercom"
_SLOW = ("test_client_simulator.py", "test_jobs.py", "test_pinned_libraries.py")


def main(arguments: list[str]) -> int:
    """Run them; arguments go to pytest. Returns pytest's exit status."""
    with alone("set-up", wait=True):
        python = venv.ensure()
    ignored = [f"--ignore={_TESTS}/{name}" for name in _SLOW]
    command = [str(python), "-m", "pytest", "-p", "no:odoo", _TESTS, *ignored]
    return foreground([*command, *arguments])
