"""Guess what the custom ids of an account's users are, from a page of users."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Literal

from .records import User

Kind = Literal["none", "email", "sha256", "number", "other"]


def sha256_of(email: str) -> str:
    """Return the SHA-256 of an e-mail address, as User.com recommends it for custom ids."""
    return hashlib.sha256(email.encode()).hexdigest()


def prevailing_kind(users: Iterable[User]) -> Kind:
    """Return the kind of most of the custom ids, "none" where no user has one."""
    kinds = Counter(_kind(user) for user in users if user.custom_id)
    return kinds.most_common(1)[0][0] if kinds else "none"


def _kind(user: User) -> Kind:
    custom_id, email = (user.custom_id or "").lower(), (user.email or "").lower()
    if email and custom_id == email:
        return "email"
    if email and custom_id == sha256_of(email):
        return "sha256"
    return "number" if custom_id.isdecimal() else "other"
