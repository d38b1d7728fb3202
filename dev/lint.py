"""`make lint`: every check of `.pre-commit-config.yaml`, over all files git knows."""

from pathlib import Path

from . import venv
from .locks import alone
from .paths import CACHE, ROOT, VENV
from .process import foreground, tools_first


def main(arguments: list[str]) -> int:
    """Run pre-commit; arguments go to it. Returns its exit status."""
    with alone("set-up", wait=True):
        venv.ensure()
    return check(ROOT, arguments)


def check(repository: Path, arguments: list[str]) -> int:
    """Run the checks in a repository whose configuration is ours; returns pre-commit's status."""
    command = [str(VENV / "bin/pre-commit"), "run", "--all-files", *arguments]
    env = {**tools_first(), "PRE_COMMIT_HOME": str(CACHE / "pre-commit")}
    return foreground(command, env=env, cwd=repository)
