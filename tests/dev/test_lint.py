"""The code passes every check of `.pre-commit-config.yaml`."""

from pathlib import Path

import pytest

from dev import lint

from .ground import clone


def test_every_check_passes(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    status = lint.check(clone(tmp_path), ["--show-diff-on-failure", "--color=never"])

    if status:
        pytest.fail(capfd.readouterr().out, pytrace=False)
