"""What CI runs is `make test`, and its status is CI's."""

import os
import subprocess
from pathlib import Path

import pytest

from .ground import ROOT


@pytest.mark.parametrize("status", [0, 2])
def test_status_of_make_test_is_passed_on(tmp_path: Path, status: int):
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\necho "make $*"\nexit {status}\n')
    make.chmod(0o755)

    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run([ROOT / ".ci/run"], env=env, capture_output=True, text=True, cwd="/")

    assert (done.stdout, done.returncode) == ("make test\n", status)
