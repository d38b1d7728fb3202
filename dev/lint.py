"""`make lint`: every check of `.pre-commit-config.yaml`, over all files git knows."""

from . import venv
from .locks import alone
from .paths import CACHE, VENV
from .process import foreground, tools_first


def main(arguments: list[str]) -> int:
    """Run pre-commit; arguments go to it. Returns its exit status."""
    with alone("set-up", wait=True):
        venv.ensure()
    env = {**tools_first(), "PRE_COMMIT_HOME": str(CACHE / "pre-commit")}
    return foreground([str(VENV / "bin/pre-commit"), "run", "--all-files", *arguments], env=env)
