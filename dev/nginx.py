"""The nginx of the proxy's test: the machine's, else Debian's extracted."""

import shutil
from pathlib import Path

from .debian import machine, tree
from .paths import BIN
from .wrappers import wrap


def ensure() -> None:
    """Make sure that nginx is on the path of the tests."""
    if shutil.which("nginx") or (BIN / "nginx").exists():
        return
    apt = machine()
    top = tree("nginx", {apt: apt.missing(["nginx"])}, gib=0.1)
    wrap(Path(top, "usr/sbin/nginx"), top)
