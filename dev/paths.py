"""Where things are: the repository and its cache, which git ignores."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDON = ROOT / "usercom_connector"
# The connector, and the addons that go with other apps.
ADDONS = tuple(sorted(file.parent for file in ROOT.glob(f"{ADDON.name}*/__manifest__.py")))
CACHE = (ROOT / ".cache").resolve()
VENV = CACHE / "venv"
BIN = CACHE / "bin"
LOGS = CACHE / "logs"
