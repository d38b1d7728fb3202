"""The Chromium of the browser tests: the machine's, else Debian's extracted."""

import shutil
from pathlib import Path

from .debian import machine, tree
from .paths import BIN
from .wrappers import wrap

# The names Odoo's test runner looks for.
_NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
_FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{top}/usr/share/fonts</dir><cachedir>{top}/var/cache/fontconfig</cachedir>
<match><test name="family" qual="all" compare="not_eq"><string>monospace</string></test>
<edit name="family" mode="append_last"><string>Liberation Sans</string></edit></match></fontconfig>
"""


def ensure() -> None:
    """Make sure that a browser is on the path of Odoo's processes."""
    if any(shutil.which(name) for name in _NAMES) or (BIN / "chromium").exists():
        return
    apt = machine()
    packages = apt.missing(["chromium", "fonts-liberation"])
    top = tree("chromium", {apt: packages}, gib=1.5)
    fonts = top / "fonts.conf"
    fonts.write_text(_FONTS.format(top=top))
    wrap(Path(top, "usr/lib/chromium/chromium"), top, settings=[f"FONTCONFIG_FILE={fonts}"])
