"""Repeatable measurements, each against a peer in the same run; `README.md` has the results."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "usercom_connector"))  # its plain Python: `usercom`
