"""Contacts on their way to User.com: from claimed rows of the outbox to what came of them."""

from .exporter import Exporter

__all__ = ["Exporter"]
