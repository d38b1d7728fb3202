"""Thousands of odd calls at a real server: no answer is a 5xx, and its jobs empty the queue."""

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.e2e.conftest import connect
from tests.junk import Junk
from tests.server import OdooServer, until
from tests.simulator.process import Simulator

BODIES = int(os.environ.get("USERCOM_CHAOS_BODIES", "300"))
CLIENTS = 4
PATIENCE_SECONDS = 90 + BODIES / 20
SETTINGS = {"webhook_rate_limit": 0, "rate_limit": 100}
WAITING = "SELECT count(*) FROM usercom_inbox WHERE state = 'pending'"
DUE = """UPDATE usercom_inbox SET next_attempt_at = NULL WHERE id IN (
             SELECT id FROM usercom_inbox
              WHERE state = 'pending' AND claimed_at IS NULL AND next_attempt_at IS NOT NULL
                FOR UPDATE SKIP LOCKED)"""
ALL = "SELECT state, count(*) FROM usercom_inbox GROUP BY state"


def test_whatever_comes_the_jobs_empty_the_queue() -> None:
    with OdooServer("bodies") as odoo, Simulator() as there:
        there.settings(rate_limit=0)
        there.attribute("email_consent", "boolean")
        there.seed(*({"email": f"no{n}@example.org"} for n in range(100)))
        connect(odoo, there)
        [account] = odoo.call("usercom.backend", "search_read", [], ["webhook_token"])
        statuses: Counter[int] = Counter()
        for seed, believed in enumerate((True, False)):
            values = SETTINGS | {"use_webhook_values": believed}
            odoo.call("usercom.backend", "write", [account["id"]], values)
            started = time.monotonic()
            statuses += send(odoo, account["webhook_token"], seed)
            sent = time.monotonic() - started
            until(lambda: work_off(odoo), PATIENCE_SECONDS, "an empty queue")
            seconds = f"{sent:.0f} s to send, {time.monotonic() - started - sent:.0f} s to empty"
            print(f"\nanswers {dict(statuses)}, rows {odoo.sql(ALL)}, {seconds}", flush=True)
        assert set(statuses) == {200, 400}
        assert sum(statuses.values()) == BODIES // CLIENTS // 2 * CLIENTS * 2
        [state] = odoo.call("usercom.backend", "read", [account["id"]], ["state"])
        assert state["state"] == "running"
        assert " ERROR " not in odoo.complaints()


def send(odoo: OdooServer, token: str, seed: int) -> Counter[int]:
    """The statuses of the answers to half of the bodies, which several clients send at once."""

    def client(number: int) -> Counter[int]:
        junk, session = Junk(CLIENTS * seed + number), requests.Session()
        return Counter(
            session.post(
                f"{odoo.url}/usercom/webhook",
                data=junk.body(),
                headers={"X-Usercom-Token": token, "Content-Type": junk.kind()},
                timeout=60,
            ).status_code
            for _body in range(BODIES // CLIENTS // 2)
        )

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(client, range(CLIENTS)), Counter())


def work_off(odoo: OdooServer) -> bool:
    """Whether nothing waits any more; what waits for its next attempt is due at once."""
    odoo.sql(DUE)
    time.sleep(0.5)
    return odoo.sql(WAITING) == [(0,)]
