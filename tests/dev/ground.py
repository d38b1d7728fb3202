"""How the tests run the commands behind the Makefile: as processes, like `make` does."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def bare_copy(folder: Path) -> Path:
    """The tools without a cache: nothing is installed or downloaded there yet."""
    shutil.copytree(ROOT / "dev", folder / "dev", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def files_of_git(folder: str = ".") -> list[str]:
    """The files that are or would be tracked, relative to the repository."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", folder]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in names.splitlines() if (ROOT / name).exists()]


def clone(folder: Path) -> Path:
    """A repository of the files git knows, as they are now, for a command to change."""
    for name in files_of_git():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    subprocess.run(["git", "add", "--all"], cwd=folder, check=True)
    return folder


def command(*arguments: str, prelude: str = "") -> list[str]:
    """The command line of `python -m dev …`; `prelude` is Python that prepares its world."""
    start = f"import sys; from dev.__main__ import main; sys.exit(main({list(arguments)!r}))"
    return [sys.executable, "-c", f"{prelude}\n{start}"]


def run(
    *arguments: str, root: Path = ROOT, prelude: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and keep what it says."""
    env = {**os.environ, **environment}
    return subprocess.run(
        command(*arguments, prelude=prelude), cwd=root, env=env, capture_output=True, text=True
    )


def sentence(result: subprocess.CompletedProcess[str]) -> str:
    """The one sentence a failed command ends with."""
    assert result.returncode == 1, result
    assert "Traceback" not in result.stderr
    last = result.stderr.rstrip().splitlines()[-1]
    assert last.startswith("error: ") and last.endswith("."), result.stderr
    return last


def runs(pid: int) -> bool:
    """Whether a process is alive; one that ended and that nobody has waited for is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def ends(pid: int, seconds: float = 30) -> bool:
    """Whether a process ends within so many seconds."""
    deadline = time.monotonic() + seconds
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not runs(pid)
