"""A simulator of the User.com public REST API and of its outgoing automation calls."""

from .settings import API_KEY

__all__ = ["API_KEY"]
