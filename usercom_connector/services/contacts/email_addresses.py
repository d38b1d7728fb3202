"""E-mail addresses as Odoo compares them."""

from functools import lru_cache
from typing import Any

from odoo.tools import email_normalize


@lru_cache(maxsize=1024)  # a page of users, each asked about several times
def normalized(email: Any) -> str | None:
    """The e-mail address as Odoo compares it; None for a text, or an empty field, that has none."""
    return email_normalize(email, strict=False) or None
