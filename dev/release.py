"""`make release`: keeps this version of the addons for the tests of later upgrades."""

import ast
import io
import lzma
import tarfile
from collections.abc import Iterator
from pathlib import Path

from .console import step
from .paths import ADDON, ADDONS, ROOT

RELEASES = ROOT / "tests/upgrade"
SEED = RELEASES / "seed.py"


def main(_arguments: list[str]) -> int:
    """Write tests/upgrade/VERSION.tar.xz: the addons, and the script that gives it data."""
    version = ast.literal_eval((ADDON / "__manifest__.py").read_text())["version"]
    archive = RELEASES / f"{version}.tar.xz"
    archive.write_bytes(lzma.compress(_tar(), preset=9))
    step(f"{archive.relative_to(ROOT)} is {archive.stat().st_size // 1024} KiB")
    return 0


def _tar() -> bytes:
    """The same bytes for the same files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for file in (SEED, *_files()):
            name = file.name if file == SEED else str(file.relative_to(ROOT))
            about = tarfile.TarInfo(name)
            about.size = file.stat().st_size
            tar.addfile(about, io.BytesIO(file.read_bytes()))
    return out.getvalue()


def _files() -> Iterator[Path]:
    """What an installation reads; of the pictures only the menu's."""
    for file in (file for addon in ADDONS for file in sorted(addon.rglob("*"))):
        place = file.relative_to(ROOT).parts[1]
        if place in ("static", "i18n", "readme") and file.name != "icon.png":
            continue
        if file.is_file() and file.suffix != ".pyc":
            yield file
