"""The initial sync of many users to Odoo, at a real account's limit and latency."""

from .bench_first_day import pull as run

__all__ = ["run"]
