"""Odoo 19: found or fetched, and run on a cluster of ours with the addon on its path."""

import os
import re
import shutil
import sysconfig
from pathlib import Path

from . import ports, venv
from .console import GroundError
from .debian import UNSTABLE, Apt, machine, tree
from .paths import CACHE, ROOT, VENV
from .process import tools_first

SERIES = 19

_ASSETS = [
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
]
# What tells of another cluster, or of a run of the tests that this one is part of.
_OTHERS = ("PG", "PYTEST_XDIST")
_PACKAGES = "usr/lib/python3/dist-packages"
_SELFIE = f"{_PACKAGES}/odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def ensure() -> None:
    """Make `import odoo` find what ODOO_PATH names, else Debian's package."""
    folder = path()
    venv.ensure()
    purelib = sysconfig.get_path("purelib", "venv", {"base": str(VENV), "platbase": str(VENV)})
    Path(purelib, "odoo-19.pth").write_text(f"{folder}\n")


def path() -> Path:
    """The folder that holds the `odoo` package."""
    named = os.environ.get("ODOO_PATH")
    if not named:
        return _downloaded() / _PACKAGES
    folder = Path(named).expanduser().resolve()
    release = folder / "odoo" / "release.py"
    if not release.is_file():
        raise GroundError(
            f"ODOO_PATH={named} holds no Odoo; name the folder with the `odoo` package in it."
        )
    if _series(release) != SERIES:
        raise GroundError(
            f"ODOO_PATH={named} holds Odoo {_series(release)}; this addon needs Odoo {SERIES}."
        )
    return folder


def addons() -> Path:
    """The folder of the addons that come with that package."""
    return path() / "odoo/addons"


def release() -> str:
    """What tells one Odoo from another: its folder and its release file."""
    folder = path()
    return f"{folder}\n{(folder / 'odoo/release.py').read_text()}"


def environment(cluster_env: dict[str, str], name: str) -> dict[str, str]:
    """The environment of every Odoo process and test: our tools, our database, our settings."""
    kept = {key: text for key, text in tools_first().items() if not key.startswith(_OTHERS)}
    # Odoo takes seconds longer to start when its bytecode may not be kept.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, **cluster_env, "ODOO_RC": str(_configuration(name))}


def command(*arguments: str) -> list[str]:
    """An Odoo command line, such as `command("shell", "-d", "demo")`."""
    return [str(VENV / "bin/python"), "-m", "odoo", *arguments]


def _configuration(name: str) -> Path:
    file = CACHE / f"odoo-{name}.conf"
    file.write_text(
        "[options]\n"
        f"addons_path = {ROOT}\n"
        f"data_dir = {CACHE / f'odoo-{name}-data'}\n"
        f"http_interface = {ports.LOOPBACK}\n"
        f"screenshots = {CACHE / 'screenshots'}\n"
        "list_db = False\n"
    )
    return file


def _downloaded() -> Path:
    packages = {Apt(UNSTABLE): ["odoo-19", "fonts-montserrat"], machine(): _ASSETS}
    return tree("debian-odoo", packages, gib=3, finish=_complete)


def _complete(top: Path) -> None:
    """Add the asset that a manifest lists and the package lacks; remove stray folders."""
    asset = top / _SELFIE
    asset.parent.mkdir(parents=True, exist_ok=True)
    asset.touch()
    for stray in ("addons", "doc", "setup"):
        shutil.rmtree(top / _PACKAGES / stray, ignore_errors=True)


def _series(release_file: Path) -> int:
    found = re.search(
        r"^version_info\s*=\s*\(\s*(?:'saas~)?(\d+)", release_file.read_text(), re.MULTILINE
    )
    return int(found[1]) if found else 0
