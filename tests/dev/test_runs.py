"""`make test` runs all there is, in two runs, and fails where one of them does."""

import os
from pathlib import Path

import pytest

from dev import test

from .ground import ROOT

ELSEWHERE = {"oca"}  # `make test-oca`
PYTHON = """#!/bin/sh
echo "$*" >>"{said}"
case "$*" in *{failing}*) exit 3 ;; esac
"""


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> Path:
    """What pytest was told; it fails where that names the folder."""
    said = tmp_path / "said"
    python = tmp_path / "bin/python"
    python.parent.mkdir()
    python.write_text(PYTHON.format(said=said, failing=failing))
    python.chmod(0o755)
    monkeypatch.setattr(test, "VENV", tmp_path)
    return said


@pytest.mark.parametrize(
    ("failing", "status"), [("none", 0), ("tests/odoo", 3), ("tests/e2e", 3), ("tests", 3)]
)
def test_both_runs_are_made_and_either_may_fail(said: Path, status: int) -> None:
    assert test.run([], dict(os.environ)) == status
    shared_out, servers = said.read_text().splitlines()
    assert "--numprocesses=2" in shared_out and "--numprocesses=2" in servers


@pytest.mark.parametrize("failing", ["none"])
def test_what_is_named_is_one_run_in_one_process(said: Path) -> None:
    assert test.run(["tests/odoo/test_outbox.py"], dict(os.environ)) == 0
    [told] = said.read_text().splitlines()
    assert told.endswith(" tests/odoo/test_outbox.py") and "--numprocesses" not in told


def test_no_folder_is_forgotten() -> None:
    folders = {file.parent.name for file in (ROOT / "tests").glob("*/test_*.py")} - ELSEWHERE
    assert sorted(f"tests/{name}" for name in folders) == sorted((*test.SHARED_OUT, *test.SERVERS))
