"""How many calls of the webhook an account may make in a minute."""

import time
from collections import Counter
from collections.abc import Hashable


class CallRate:
    """Counts calls by the minute. Each process of Odoo counts for itself: nobody waits for that."""

    def __init__(self) -> None:
        self._minute = 0
        self._counts = Counter[Hashable]()

    def is_exceeded(self, account: Hashable, most: int) -> bool:
        """Count a call of ``account``; whether it is one too many. 0: there is no bound."""
        minute = int(time.time()) // 60
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        self._counts[account] += 1
        return 0 < most < self._counts[account]
