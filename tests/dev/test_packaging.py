"""The wheel carries whole addons; after `pip install .` Odoo finds them in a clean environment."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import odoo.release

from .ground import ROOT, files_of_git

ADDON = "usercom_connector"
ADDONS = [ADDON, *(f"{ADDON}_{app}" for app in ("crm", "mass_mailing", "sale"))]
SOURCES = ("setup.py", "pyproject.toml", "README.md", "LICENSE", *ADDONS)
FIND = f"""
import odoo.init
from odoo.modules.module import Manifest, initialize_sys_path
from odoo.tools import config
config.parse_config([])
initialize_sys_path()
for manifest in sorted(Manifest.all_addon_manifests(), key=lambda manifest: manifest.name):
    if manifest.name.startswith("{ADDON}"):
        print(manifest.path)
import odoo.addons.{ADDON}.usercom as package
print(package.__file__)
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """What there is in the repository to build from."""
    folder = tmp_path / "source"
    folder.mkdir()
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def wheel(source: Path) -> Path:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", str(source)]
    subprocess.run(build, check=True, capture_output=True)
    return next(source.glob("dist/*.whl"))


def test_every_tracked_file_of_the_addons_is_in_it(wheel: Path):
    assert wheel.name.startswith("odoo_addon_usercom_connector-19.0.")
    packed = {
        name.removeprefix("odoo/addons/")
        for name in zipfile.ZipFile(wheel).namelist()
        if name.startswith("odoo/")
    }

    assert packed == {file for addon in ADDONS for file in files_of_git(addon)}
    assert {f"{addon}/__manifest__.py" for addon in ADDONS} <= packed


def test_odoo_lists_the_addons_once_pip_has_installed_them(source: Path, tmp_path: Path):
    """`pip install .`, but with the setuptools that are here instead of fetching some."""
    venv = tmp_path / "venv"
    python = venv / "bin/python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    packages = next(venv.glob("lib/python*/site-packages"))
    odoo_folder = Path(odoo.release.__file__).parents[1]
    (packages / "odoo.pth").write_text(f"{odoo_folder}\n{sysconfig.get_path('purelib')}\n")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-build-isolation"]
    subprocess.run([*pip, "--no-deps", "."], cwd=source, check=True, capture_output=True)

    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    find = [python, "-c", FIND]
    found = subprocess.run(find, cwd=tmp_path, env=env, check=True, capture_output=True, text=True)

    installed = packages / "odoo/addons"
    assert found.stdout.splitlines() == [
        *(str(installed / addon) for addon in ADDONS),
        str(installed / ADDON / "usercom/__init__.py"),
    ]
