"""A real Odoo server with its cron, and the simulator, with contacts on both sides."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.conftest import Pair, connect
from tests.server import OdooServer, until
from tests.simulator.process import Simulator

PATIENCE_SECONDS = 900
FIRST_USER = 1000
PHONE = "100000000"

CONTACTS = """
    DO $$ BEGIN
      IF EXISTS (SELECT FROM information_schema.columns
                  WHERE table_name = 'res_partner' AND column_name = 'autopost_bills') THEN
        ALTER TABLE res_partner ALTER autopost_bills SET DEFAULT 'ask';  -- of Invoicing
      END IF;
    END $$;
    INSERT INTO res_partner (name, complete_name, email, email_normalized, phone, active, type,
                             is_company, create_date, write_date, create_uid, write_uid)
    SELECT 'No ' || n, 'No ' || n, 'no' || n || '@example.org', 'no' || n || '@example.org', %s,
           true, 'contact', false, now(), now(), 1, 1
      FROM generate_series(1, %s) n"""
LINKS = """
    INSERT INTO usercom_binding (backend_id, partner_id, external_id, state, base)
    SELECT b.id, p.id, %s + substr(p.name, 4)::int, 'synced',
           jsonb_build_object('email', p.email, 'first_name', 'No', 'phone_number', p.phone,
                              'last_name', substr(p.name, 4))
      FROM res_partner p, usercom_backend b WHERE p.name LIKE 'No %%'"""
QUEUED = """
    INSERT INTO usercom_outbox (backend_id, partner_id, resource, operation, state, attempts,
                                priority, create_date)
    SELECT b.id, p.id, 'users', 'sync', 'pending', 0, 0, now() AT TIME ZONE 'UTC'
      FROM res_partner p, usercom_backend b WHERE p.name LIKE 'No %%'"""


@contextmanager
def running_pair(rate: float = 1000) -> Iterator[Pair]:
    """Both sides connected; Odoo may make `rate` calls a second, and the simulator takes any."""
    with OdooServer("bench") as odoo, Simulator() as simulator:
        simulator.attribute("email_consent", "boolean")
        simulator.settings(rate_limit=0)
        connect(odoo, simulator)
        simulator.automations()
        backend = odoo.call("usercom.backend", "search", [])
        odoo.call("usercom.backend", "write", backend, {"rate_limit": rate})
        yield Pair(odoo, simulator)


def add_contacts(pair: Pair, count: int, links: str = LINKS) -> None:
    """So many contacts that are at User.com already, both sides agreeing."""
    pair.odoo.sql(CONTACTS, PHONE, count)
    pair.odoo.sql(links, FIRST_USER)
    users = [
        {
            "id": FIRST_USER + n,
            "email": f"no{n}@example.org",
            "first_name": "No",
            "last_name": str(n),
            "phone_number": PHONE,
        }
        for n in range(1, count + 1)
    ]
    pair.simulator.seed(*users)
    pair.odoo.sql("ANALYZE")


def edit_all(pair: Pair, **values: object) -> None:
    """One write of all these contacts, by remote call."""
    contacts = pair.odoo.call("res.partner", "search", [["name", "=like", "No %"]])
    pair.odoo.call("res.partner", "write", contacts, values)


def drained(pair: Pair, seconds: float = PATIENCE_SECONDS) -> float:
    """Wait until nothing is left to send; return the seconds it took."""
    started = time.monotonic()
    until(lambda: not pair.waiting(), seconds, "an empty outbox")
    return time.monotonic() - started


def processor_seconds(pair: Pair) -> float:
    """How long Odoo's process has been at work, which no other work on the machine changes much."""
    with open(f"/proc/{pair.odoo.pid}/stat", encoding="ascii") as status:
        user, system = status.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def peak_memory(pair: Pair) -> float:
    """The most memory that Odoo's process has ever had, in MiB."""
    with open(f"/proc/{pair.odoo.pid}/status", encoding="ascii") as status:
        [line] = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024
