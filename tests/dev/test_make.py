"""Every `make` command runs, each on little work, in a clone with a cluster of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev import ports
from dev.commands import COMMANDS

from .ground import ROOT, clone

# A lock, cluster and databases apart from those of a developer and of the tests that run now,
# and of the smallest kind, which the tests of the demo have as well.
SEPARATE = """
import sys
from dev import bench, demo, i18n, shell, template, test
for command in (bench, demo, i18n, shell, test):
    command.NAME = "demo-test"
template.TESTED_WITH = ()
from dev.__main__ import main
sys.exit(main(sys.argv[3:]))
"""
BENCHMARK = """
from .odoo_env import database, environment
from .result import Result

def run():
    with database("little") as registry, environment(registry) as env:
        found = str(env["usercom.outbox"].search_count([]))
    return [Result("rows of a new queue", "none", found, "0", found == "0")]
"""
# What each is given to do, and what it leaves behind or says.
LITTLE = {
    "demo": (["ARGS=--check"], "==> ready in"),
    "test": (["ARGS=tests/usercom/test_merge.py tests/odoo/test_outbox.py -q"], " passed in "),
    "test-fast": (["ARGS=-q -k errors"], " passed, "),
    "coverage": (["ARGS=tests/usercom/test_merge.py -q"], "TOTAL"),
    "bench": (["ARGS=little"], "rows of a new queue | none | 0 | 0 | yes"),
    "chaos": (["ARGS=minutes=0 seed=1"], " passed in "),
    "trips": ([], "| an edit, until it is sent | "),
    "lint": (["ARGS=end-of-file-fixer"], "Passed"),
    "shell": (["ARGS=psql --list"], "template1"),
    "i18n": ([], ""),
    "pictures": (["ARGS=-k english"], "1 passed"),
    "release": ([], "19.0.1.7.0.tar.xz is"),
}
OF_THIS_RUN = {"ARGS", "PORT", "MAKEFLAGS"}  # as of `make test ARGS=tests/dev`
TOO_LONG = {"test-odoo", "test-oca"}  # minutes, and packages that are fetched
NAMED = re.compile(r"(?:`|^)make ([a-z0-9-]+)(?=[` \n])", re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone that shares our cache, so nothing is fetched again; with a benchmark added."""
    folder = clone(tmp_path_factory.mktemp("clone"))
    (folder / ".cache").symlink_to((ROOT / ".cache").resolve())
    (folder / "benchmarks/bench_little.py").write_text(BENCHMARK)
    python = folder / "python"
    python.write_text(f"#!{sys.executable}\n{SEPARATE}")
    python.chmod(0o755)
    return folder


@pytest.fixture
def work(folder: Path) -> Iterator[Path]:
    """The clone as it was: another state of the addon would need another database."""
    yield folder
    subprocess.run(["git", "checkout", "--quiet", "."], cwd=folder, check=True)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in TOO_LONG])
def test_it_runs(work: Path, name: str):
    arguments, trace = LITTLE[name]
    env = {key: value for key, value in os.environ.items() if key not in OF_THIS_RUN}
    make = ["make", f"PYTHON={work / 'python'}", f"PORT={ports.free()}", name, *arguments]
    done = subprocess.run(make, cwd=work, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert trace in done.stdout


def test_the_documentation_names_them_all():
    docs = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")]
    assert {name for doc in docs for name in NAMED.findall(doc.read_text())} == set(COMMANDS)
