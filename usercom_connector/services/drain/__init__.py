"""The drain: the scheduled job of an account, which works off its queues. See `drain.py`."""

from .drain import Drain as Drain
