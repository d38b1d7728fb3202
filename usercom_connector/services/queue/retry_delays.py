"""How long a row of a queue waits before it is tried again, and how often it is."""

import random
from datetime import timedelta

MAX_ATTEMPTS = 10
MAX_AGE = timedelta(hours=24)
FIRST_DELAY = 2.0
LONGEST_DELAY = 3600.0
LOCKED_DELAY = timedelta(seconds=5)  # where somebody else is changing the contact


def retry_delay(attempts: int) -> float:
    """Exponential back-off with jitter, in seconds."""
    return min(FIRST_DELAY * 2**attempts, LONGEST_DELAY) * random.uniform(0.5, 1)
