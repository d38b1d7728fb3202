"""The self-test's button, on a server that can answer itself."""

import pytest

from tests.e2e.conftest import Pair
from tests.server import OdooServer


@pytest.fixture
def backend(pair: Pair) -> int:
    pair.odoo.call("ir.config_parameter", "set_param", "web.base.url", pair.odoo.url)
    return pair.odoo.call("usercom.backend", "search", [])[0]


def self_test(odoo: OdooServer, backend: int) -> str:
    odoo.call("usercom.backend", "action_test_webhook", [backend])
    [account] = odoo.call("usercom.backend", "read", [backend], ["webhook_test_result"])
    return account["webhook_test_result"]


def test_the_server_meets_itself(pair: Pair, backend: int) -> None:
    said = self_test(pair.odoo, backend)
    assert "The webhook answers and accepts the token." in said
    assert "The server knows which database is meant." in said
    assert "known to this machine only" in said
    assert not pair.odoo.call("usercom.inbox", "search_count", [])


def test_a_lost_token_is_told(pair: Pair, backend: int) -> None:
    """As after the neutralization of a copy."""
    pair.odoo.sql("UPDATE usercom_backend SET webhook_token = NULL")
    said = self_test(pair.odoo, backend)
    assert "does not know the token" in said
    pair.odoo.call("usercom.backend", "action_rotate_webhook_token", [backend])
    assert "accepts the token" in self_test(pair.odoo, backend)
