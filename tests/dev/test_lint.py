"""The code passes every check of `.pre-commit-config.yaml`."""

import shutil
import subprocess
from pathlib import Path

import pytest

from dev import lint

from .ground import ROOT, files_of_git


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files git knows, as they are now, for the checks to mend instead of ours."""
    for name in files_of_git():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "--all"], cwd=tmp_path, check=True)
    return tmp_path


def test_every_check_passes(clone: Path, capfd: pytest.CaptureFixture[str]):
    status = lint.check(clone, ["--show-diff-on-failure", "--color=never"])

    if status:
        pytest.fail(capfd.readouterr().out, pytrace=False)
