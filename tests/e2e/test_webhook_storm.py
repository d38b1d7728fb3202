"""Many calls about one user at the same moment: each is stored at once, in a few rows."""

from concurrent.futures import ThreadPoolExecutor

import requests

from tests.e2e.conftest import connect
from tests.server import OdooServer
from tests.simulator.process import Simulator

CLIENTS, CALLS = 16, 400
TOLD = "SELECT count(*) FROM usercom_inbox WHERE consents->'email_consent'->>'said' = 'no'"


def test_calls_about_one_user_do_not_wait_for_each_other() -> None:
    """Odoo would have those that lose sleep for up to two seconds, with User.com waiting."""
    with OdooServer("storm", "--log-handler=odoo.service.model:INFO") as odoo, Simulator() as there:
        there.attribute("email_consent", "boolean")
        connect(odoo, there)
        [account] = odoo.call("usercom.backend", "search_read", [], ["webhook_token"])
        consent = odoo.call(
            "usercom.field.mapping", "search", [["attribute_id.name_std", "=", "email_consent"]]
        )
        odoo.call("usercom.field.mapping", "write", consent, {"is_consent": True})
        odoo.call("usercom.backend", "action_pause", [account["id"]])
        token = {"X-Usercom-Token": account["webhook_token"]}

        def call(number: int) -> int:
            body = {
                "timestamp": f"2026-02-01T07:27:44.{number:06}+00:00",
                "user": {"id": 7, "email_consent": number != CALLS - 1},
            }
            url = f"{odoo.url}/usercom/webhook"
            return requests.post(url, json=body, headers=token, timeout=60).status_code

        with ThreadPoolExecutor(CLIENTS) as pool:
            assert set(pool.map(call, range(CALLS))) == {200}
        [(rows,)] = odoo.sql("SELECT count(*) FROM usercom_inbox")
        assert rows <= CLIENTS
        assert odoo.sql(TOLD) == [(1,)]  # the last "no", in whichever row it fell
        assert "tries left" not in odoo.log.read_text()
