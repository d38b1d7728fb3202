"""The code passes every check of `.pre-commit-config.yaml`."""

from .ground import run


def test_every_check_passes():
    result = run("lint", "--show-diff-on-failure", "--color=never")

    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
