"""E-mail addresses that User.com would refuse, and with them all that is sent of their contact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...usercom import ConversionError, Reason
from ..failures.problem import Problem
from .problems import value_problem

# Looser than any standard, so that it refuses nothing which anybody delivers to. It is for what
# people type by mistake: "jan@", "jan@example", "jan@example..org", "none".
_ADDRESS = re.compile(r"[^@\s]+@([^@\s.]+\.)+[^@\s.]+")


class EmailSyntax:
    """Checks the e-mail addresses that the pairs of an account send.

    Only what is sent is checked: an address that User.com has corrected is still taken from there.
    """

    def __init__(self, mappings: Any) -> None:
        self._mapping = mappings.filtered(
            lambda mapping: mapping._key() == "email" and mapping.direction != "import"
        )

    def problem(self, partner: Any, values: Mapping[str, Any]) -> Problem | None:
        """Return what is wrong with the address among the canonical `values` of a contact."""
        email = values.get("email")
        if not self._mapping or not email or _ADDRESS.fullmatch(email):
            return None
        typed = partner[self._mapping.field_name]
        return value_problem(self._mapping, partner, ConversionError(typed, Reason.INVALID_EMAIL))
