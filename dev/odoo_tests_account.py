# ruff: noqa: F821
"""Fed to `odoo shell` by `make test-odoo`: a running account, so that edits are queued.

Nothing is sent: no job runs in Odoo's tests. The simulator is there to authenticate with only.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from tests.pairs import PAIRS  # noqa: E402
from tests.simulator.process import Simulator  # noqa: E402

with Simulator() as simulator:
    simulator.attribute("email_consent", "boolean")
    env["ir.config_parameter"].set_param("usercom_connector.api_url", simulator.url)
    backend = env["usercom.backend"].create({"subdomain": "acme", "api_key": simulator.api_key})
    backend.action_authenticate()
    backend.action_run()
    for field, attribute in PAIRS:
        env["usercom.field.mapping"].create(
            {
                "backend_id": backend.id,
                "field_id": env["ir.model.fields"]._get("res.partner", field).id,
                "attribute_id": backend.attribute_ids.filtered(
                    lambda a, name=attribute: a.name_std == name
                ).id,
                "is_consent": attribute == "email_consent",
            }
        )
env.cr.commit()
