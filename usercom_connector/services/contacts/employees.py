"""Contacts of internal users: colleagues are rarely meant to be sent as customers."""

from ast import literal_eval
from typing import Any

from odoo.fields import Domain

_LOGIN = ("share", "=", False)
_KINDS = [[_LOGIN], [_LOGIN, ("active", "=", False)]]  # who has left is found only if asked for
IS_NONE = [("user_ids", "not any", kind) for kind in _KINDS]
DEFAULT = str([("is_company", "=", False), ("type", "=", "contact"), *IS_NONE])


class Employees:
    """The internal users' contacts of an account's company, inside and outside its filter."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        logins = Domain.OR(Domain("user_ids", "any", kind) for kind in _KINDS)
        self._everybody = logins & backend._partners_of_company()

    def counts(self) -> tuple[int, int]:
        """``(how many take part, how many are left out)``."""
        partners = self._backend.env["res.partner"]
        inside = partners.search_count(self._everybody & self._backend._partner_domain())
        return inside, partners.search_count(self._everybody) - inside

    def leave_out(self) -> None:
        """Have the account's filter leave them out."""
        chosen = literal_eval(self._backend.partner_domain or "[]")
        self._backend.partner_domain = str([*chosen, *IS_NONE])
