"""Where things are: the repository and its cache, which git ignores."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDON = ROOT / "usercom_connector"
CACHE = (ROOT / ".cache").resolve()
VENV = CACHE / "venv"
BIN = CACHE / "bin"
LOGS = CACHE / "logs"
