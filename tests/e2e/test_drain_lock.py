"""The connection that keeps Odoo's lock of the job is ended while a drain is at work."""

import time
from collections import Counter

from tests.e2e.conftest import Pair
from tests.server import until

CONTACTS = 32
# The connection that holds the row lock of the job idles while the job works with another one.
IDLE = """
    SELECT pg_terminate_backend(pid) FROM (
        SELECT a.pid FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
         WHERE a.datname = current_database() AND a.state = 'idle in transaction'
           AND l.relation = 'ir_cron'::regclass AND l.mode = 'RowShareLock'
         ORDER BY a.xact_start LIMIT 1) oldest"""


def test_each_contact_is_created_once(pair: Pair) -> None:
    pair.simulator.settings(latency_ms=1500)
    people = [{"name": f"P {n}", "email": f"p{n}@example.org"} for n in range(CONTACTS)]
    pair.odoo.call("res.partner", "create", people)
    with pair.odoo.beside():
        until(lambda: created(pair), 60, "the first new users")
        assert pair.odoo.sql(IDLE) == [(True,)]
        for number in range(5):  # which wakes the other threads and the other server
            pair.contact(email=f"wake{number}@example.org")
            time.sleep(0.5)
        until(lambda: not pair.waiting(), 90, "an empty outbox")
    pair.simulator.settings(latency_ms=0)
    assert created(pair) == CONTACTS + 5
    emails = Counter(user["email"] for user in pair.simulator.users(limit=1000))
    assert set(emails.values()) == {1}


def created(pair: Pair) -> int:
    calls = pair.simulator.journal(kind="request", method="POST")
    made = (call for call in calls if call["path"].endswith("/users/"))
    return sum(call["status"] != 429 for call in made)  # which is a call that is made again
