"""How many people of an initial sync are of which kind, counted in one query."""

from typing import Any

FACTS = ("kind", "result", "force_single", "is_candidate", "sends", "receives")


class Numbers:
    """Counts by what is stored of people: ``people(kind=("linked", "matched"), sends=(True,))``."""

    def __init__(self, sync: Any) -> None:
        lines = sync.env["usercom.sync.line"]
        rows = lines._read_group(sync._people_with(), FACTS, ["__count", "overwrites:sum"])
        self._groups = [
            (dict(zip(FACTS, (fact or False for fact in row), strict=False)), row[-2], row[-1] or 0)
            for row in rows
        ]
        self.overwrites: int = sum(overwrites for _facts, _count, overwrites in self._groups)

    def people(self, **wanted: tuple[Any, ...]) -> int:
        return sum(
            count
            for facts, count, _overwrites in self._groups
            if all(facts[name] in values for name, values in wanted.items())
        )
