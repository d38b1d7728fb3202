"""What User.com has been told of each line of an order, so that nothing is told twice.

What is to be told is the difference between what was told and how it is now: a line that is added
later is one more purchase, and an order that is cancelled and confirmed again is bought again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

DIGITS = 6


@dataclass(frozen=True)
class Told:
    """Of one line: the product, how many were bought and credited, and how much was told."""

    product_id: int
    bought: float = 0
    credited: float = 0
    count: int = 0

    @property
    def left(self) -> float:
        return self.bought - self.credited

    def as_json(self) -> list[Any]:
        return [self.product_id, self.bought, self.credited, self.count]


@dataclass(frozen=True)
class Movement:
    """A product event to be sent: ``number`` tells it from the others of its line.

    ``is_first``: it happened with the order itself, not later.
    """

    line_id: int
    product_id: int
    event_type: str
    quantity: float
    number: int
    is_first: bool = False


class Ledger:
    """Of one order: ``stored`` is what ``as_json`` returned the last time."""

    def __init__(self, stored: dict[str, Any] | None) -> None:
        self._told = {int(line_id): Told(*told) for line_id, told in (stored or {}).items()}
        self._is_new = not any(told.count for told in self._told.values())

    def as_json(self) -> dict[str, Any]:
        return {str(line_id): told.as_json() for line_id, told in self._told.items()}

    def movements(self, now: dict[int, Told]) -> list[Movement]:
        """What happened since, until each line is as in ``now``; noted as told."""
        found = []
        for line_id in sorted(self._told.keys() | now.keys()):
            found += self._of_line(line_id, now.get(line_id))
        return found

    def _of_line(self, line_id: int, now: Told | None) -> list[Movement]:
        told, found = self._told.get(line_id), []
        if told and (
            now is None or now.product_id != told.product_id
        ):  # nothing is left of the former
            found = self._moved(line_id, told, replace(told, bought=told.credited))
            told = Told(0, count=self._told[line_id].count)
        if now is None:
            return found
        return [*found, *self._moved(line_id, told or Told(0), now)]

    def _moved(self, line_id: int, before: Told, now: Told) -> list[Movement]:
        found, count = [], before.count
        for event_type, quantity in _changes(before, now):
            count += 1
            is_first = self._is_new and count == 1
            found.append(Movement(line_id, now.product_id, event_type, quantity, count, is_first))
        self._told[line_id] = replace(now, count=count)
        return found


def _changes(before: Told, now: Told) -> Iterator[tuple[str, float]]:
    bought = round(now.bought - before.bought, DIGITS)
    credited = round(now.credited - before.credited, DIGITS)
    if more := max(bought, 0) + max(-credited, 0):  # a credit note that was reset counts as bought
        yield "purchase", more
    if bought < 0:
        yield "return", -bought
    if credited > 0:
        yield "refund", credited
