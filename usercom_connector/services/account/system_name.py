"""Which account of User.com is meant by what somebody pasted."""

import re
from typing import Any
from urllib.parse import urlsplit

from odoo.exceptions import ValidationError

SYSTEM_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def system_name(env: Any, text: str) -> str:
    """The system name in ``acme``, ``acme.user.com`` or a whole address of User.com."""
    typed = text.strip().lower()
    host = _host(typed)
    name = host.removesuffix(".user.com")
    if "." in name:
        raise ValidationError(
            env._(
                "“%s” is not the address of a User.com account. It ends in .user.com, such as "
                "acme.user.com.",
                text,
            )
        )
    if not SYSTEM_NAME.fullmatch(name) or (name == host and name != typed):
        raise ValidationError(
            env._(
                "“%s” is not a system name. It is the first part of your User.com address, "
                "such as “acme” in acme.user.com: letters, digits and hyphens only.",
                text,
            )
        )
    return name


def _host(typed: str) -> str:
    """The host name in an address, empty if it is none of a web page."""
    try:
        parts = urlsplit(typed if "//" in typed else f"https://{typed}")
        is_plain = parts.scheme in ("http", "https") and not parts.username and not parts.port
    except ValueError:
        return ""
    return parts.hostname or "" if is_plain else ""
