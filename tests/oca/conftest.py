"""OCA's addons are there only in `make test-oca`."""

import os

collect_ignore_glob = [] if os.environ.get("USERCOM_OCA") else ["*"]
