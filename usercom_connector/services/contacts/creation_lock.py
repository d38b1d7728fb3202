"""Two accounts must not create the same person, or company, at the same moment."""

from collections.abc import Iterable
from typing import Any

from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from .identity import normalized


class CreationLock:
    """Keeps other accounts from creating what this one is about to, until its transaction ends."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env

    def of_emails(self, emails: Iterable[str | None]) -> None:
        """Let no other account create contacts of these e-mail addresses."""
        if wanted := sorted({known for email in emails if (known := normalized(email))}):
            query = SQL("SELECT id FROM res_partner WHERE email_normalized IN %s", tuple(wanted))
            self._hold([f"usercom {email}" for email in wanted], query)

    def of_company(self, name: str) -> None:
        """Let no other account create a company of this name."""
        same = SQL("name ILIKE %s", escape_psql(name))
        query = SQL("SELECT id FROM res_partner WHERE is_company AND %s", same)
        self._hold([f"usercom company {name.casefold()}"], query)

    def _hold(self, locks: list[str], query: SQL) -> None:
        """Take the ``locks``; raise ConcurrencyError where another account has been faster.

        What that one has committed since our transaction began we cannot see. So, if ``query``
        finds such a contact in a fresh one, Odoo rolls back and tries again.
        """
        if self._backend._is_alone():
            return
        for lock in locks:
            self._env.cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", lock))
        self._env.flush_all()
        known = set(self._env.execute_query(query))
        with self._env.registry.cursor() as fresh:
            fresh.execute(query)
            if set(fresh.fetchall()) - known:
                raise ConcurrencyError("another account has just created the contact")
