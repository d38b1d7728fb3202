"""Both sides where Odoo is one server or two, of threads or of processes, which are killed."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import requests

from tests.server import OdooServer, until
from tests.simulator.process import Simulator

from .common_firms import NAMES
from .common_values import FIELDS, Ids

PATIENCE_SECONDS = 90  # a wake-up call that a cut connection has lost costs a minute
WORKING_CONNECTION = """
    SELECT pg_terminate_backend(pid) FROM (
        SELECT pid FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()
         ORDER BY (state = 'idle'), random() LIMIT 1) chosen"""
# What waits is due again; minutes have passed since anything was claimed, looked at, or created.
LATER = (
    "UPDATE usercom_binding SET unconfirmed_at = unconfirmed_at - interval '3 minutes'",
    "UPDATE usercom_company SET creating_since = creating_since - interval '3 minutes'",
    "UPDATE usercom_outbox SET next_attempt_at = NULL WHERE state = 'pending'",
    "UPDATE usercom_inbox SET next_attempt_at = NULL,"
    " write_date = write_date - interval '2 minutes',"
    " create_date = create_date - interval '2 minutes' WHERE state = 'pending'",
)
DUE = (
    "UPDATE usercom_sweep SET started_at = started_at - interval '8 days',"
    " read_until = read_until - interval '1 day' WHERE kind = %s"
)


class Servers:
    """The sides of a history; a person whose call a dying server has cut off makes it again."""

    def __init__(
        self, servers: list[OdooServer], simulator: Simulator, ids: Ids, random: Random
    ) -> None:
        self._servers, self.simulator, self._random = servers, simulator, random
        self.ids = ids
        self._database = servers[0]  # for what is done behind Odoo's back
        self._backend = self._call("usercom.backend", "search", [])

    def choose(self, policy: str, removal: str, custom_id: str, firm_removal: str) -> None:
        values = {"removal_policy": removal, "custom_id_policy": custom_id}
        values |= {"sync_companies": bool(firm_removal)}
        if firm_removal:
            values |= {"company_removal_policy": firm_removal}
        self._call("usercom.backend", "write", self._backend, values)
        mapping = "usercom.field.mapping"
        mappings = self._call(mapping, "search", [])
        self._call(mapping, "write", mappings, {"conflict_policy": policy})
        about = [["resource", "=", "companies"], ["field_name", "in", NAMES]]
        self._call(mapping, "write", self._call(mapping, "search", about), {"direction": "both"})

    def _call(self, model: str, method: str, *arguments: Any) -> Any:
        """Call one of the servers; start it first if it is dead."""
        return self._insist(lambda server: server.call(model, method, *arguments))

    def _insist(self, do: Callable[[OdooServer], Any]) -> Any:
        for _attempt in range(20):
            try:
                return do(self._running())
            except (RuntimeError, requests.RequestException, ValueError, KeyError) as error:
                failure = error
                time.sleep(0.3)
        raise failure

    def _running(self) -> OdooServer:
        server = self._random.choice(self._servers)
        if not server.is_running():
            server.start_anew()
        return server

    # ---- Odoo ----

    def create(self, values: dict[str, Any]) -> int:
        def once(server: OdooServer) -> int:
            key = "email" if "email" in values else "name"
            known = server.call("res.partner", "search", [[key, "=", values[key]]])
            return (known or server.call("res.partner", "create", [values]))[0]

        return self._insist(once)

    def write(self, contact_id: int, values: dict[str, Any]) -> None:
        self._call("res.partner", "write", [contact_id], values)

    def act(self, contact_id: int, method: str) -> None:
        self._insist(
            lambda server: (
                self._exists(contact_id) and server.call("res.partner", method, [contact_id])
            )
        )

    def merge(self, lost_id: int, kept_id: int) -> None:
        wizard = "base.partner.merge.automatic.wizard"
        values = {"partner_ids": [lost_id, kept_id], "dst_partner_id": kept_id}

        def once(server: OdooServer) -> None:
            if self._exists(lost_id):
                [created] = server.call(wizard, "create", [values])
                server.call(wizard, "action_merge", [created])

        self._insist(once)

    def commit(self) -> None:
        """Each call is a transaction."""

    def read(self, contact_id: int) -> dict[str, Any] | None:
        if not self._exists(contact_id):
            return None
        return self._call("res.partner", "read", [contact_id], FIELDS, None)[0]

    def read_firm(self, partner_id: int) -> dict[str, Any]:
        return self._call("res.partner", "read", [partner_id], NAMES)[0]

    def company_link(self, partner_id: int) -> tuple[int, str | None]:
        query = "SELECT external_id, last_error FROM usercom_company WHERE partner_id = %s"
        return next(iter(self._sql(query, partner_id)), (0, None))

    def push_company(self, partner_id: int) -> bool:
        links = self._call("usercom.company", "search", [["partner_id", "=", partner_id]])
        self._call("usercom.company", "action_push", links)
        return bool(links)

    def linked_companies(self) -> list[int]:
        return [number for (number,) in self._sql("SELECT external_id FROM usercom_company")]

    def _exists(self, contact_id: int) -> bool:
        return bool(self._sql("SELECT 1 FROM res_partner WHERE id = %s", contact_id))

    def contacts(self, emails: set[str]) -> list[int]:
        rows = self._sql("SELECT id FROM res_partner WHERE email = ANY(%s)", list(emails))
        return [number for (number,) in rows]

    def contact_of(self, user_ids: list[int]) -> int:
        query = "SELECT partner_id FROM usercom_binding WHERE external_id = ANY(%s)"
        return next((number for (number,) in self._sql(query, user_ids)), 0)

    def link(self, contact_id: int) -> tuple[int, str | None]:
        query = "SELECT external_id, last_error FROM usercom_binding WHERE partner_id = %s"
        return next(iter(self._sql(query, contact_id)), (0, None))

    def is_waiting(self, contact_id: int) -> bool:
        query = "SELECT 1 FROM usercom_outbox WHERE partner_id = %s AND state = 'pending'"
        return bool(self._sql(query, contact_id))

    def _sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._database.sql(statement, *values)

    # ---- on the way ----

    def arrive(self, payload: dict[str, Any]) -> None:
        """User.com's automations call by themselves."""

    def drain(self) -> None:
        """The jobs run by themselves; a moment passes."""
        time.sleep(self._random.random() / 2)

    def kill(self, random: Random) -> str:
        """End a server or a process of it at once, or cut a connection to the database."""
        server = random.choice(self._servers)
        ways = [self._kill_server, self._kill_process, self._cut_connection]
        return random.choice(ways)(server, random) if server.is_running() else "nothing"

    def _kill_server(self, server: OdooServer, _random: Random) -> str:
        server.kill()
        return "a server"

    def _kill_process(self, server: OdooServer, random: Random) -> str:
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        if not children:
            return self._kill_server(server, random)
        os.kill(int(random.choice(children)), signal.SIGKILL)
        return "a worker"

    def _cut_connection(self, _server: OdooServer, _random: Random) -> str:
        self._sql(WORKING_CONNECTION)
        return "a connection to the database"

    def due(self, kind: str) -> None:
        self._sql(DUE, kind)

    def come_to_rest(self) -> list[str]:
        for server in self._servers:
            if not server.is_running():
                server.start_anew()
        for _round in range(3):
            self._later()
        self.simulator.clear_journal()
        self._later()
        calls = self.simulator.journal(kind="request")
        return [f"{call['method']} {call['path']}" for call in calls if call["method"] != "GET"]

    def _later(self) -> None:
        self.simulator.quiet(0.2)
        for statement in LATER:
            self._sql(statement)
        self._call("usercom.backend", "action_run", self._backend)
        until(self._is_at_rest, PATIENCE_SECONDS, "empty queues")
        self.simulator.quiet(0.2)

    def _is_at_rest(self) -> bool:
        """Whether nothing is due; what waits for a later moment is not."""
        time.sleep(0.1)
        due = "state = 'pending' AND (claimed_at IS NOT NULL OR next_attempt_at IS NULL)"
        counts = [self._sql(f"SELECT count(*) FROM usercom_{q} WHERE {due}") for q in QUEUES]
        open_lists = self._sql("SELECT count(*) FROM usercom_sweep WHERE is_open")
        return not any(count for [(count,)] in [*counts, open_lists])


QUEUES = ("inbox", "outbox")
