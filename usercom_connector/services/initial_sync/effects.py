"""What an initial sync will do, or has done, counted; `effect_texts` tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# ---- numbers ----

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


# ---- effects ----
# The form, the confirmation and the report tell the same effects; only the tense differs.

Wanted = dict[str, tuple[Any, ...]]
"""What the people of an effect have: ``{field: values}``."""

UNCLEAR: Wanted = {"kind": ("ambiguous",), "is_candidate": (False,)}
BOTH_SIDES = ("linked", "matched")
COME: Wanted = {"result": ("done", "queued")}


@dataclass(frozen=True)
class Effect:
    """One effect: its ``code``, how many people or values, and the domain of the people.

    ``level``: how much it wants attention. ``names``: whether the first people are named, or their
    companies (``named``).
    """

    code: str
    count: int
    domain: list[Any]
    level: str = "effect"
    names: bool = False
    named: str = "partner_id"
    parts: tuple[Effect, ...] = ()


class Effects:
    """Computes the effects of an initial sync, problems first."""

    def __init__(self, sync: Any, numbers: Numbers | None = None) -> None:
        self.sync = sync
        self._lines = sync.env["usercom.sync.line"]
        self._numbers = numbers or Numbers(sync)
        self.is_past = sync.state != "ready"

    def of(self) -> list[Effect]:
        """Those that concern anybody."""
        if self.sync.state in ("draft", "previewing"):
            return []
        effects = self._so_far() if self.is_past else self._to_come()
        return [effect for effect in effects if effect.count]

    def domain(self, code: str) -> list[Any]:
        """The people of an effect; nobody where there is no such effect now."""
        effects = self.of()
        effects += [part for effect in effects for part in effect.parts]
        domains = [effect.domain for effect in effects if effect.code == code]
        return domains[0] if domains else [("id", "=", False)]

    # ---- before ----

    def _to_come(self) -> list[Effect]:
        return [
            self._of("unclear", UNCLEAR, level="warning", names=True),
            self._faulty(),
            *self._new_here(),
            *self._new_there(),
            self._of("linked", {"kind": ("matched",)}),
            self._of("updated_here", {"kind": BOTH_SIDES, "receives": (True,)}),
            self._of("updated_there", {"kind": BOTH_SIDES, "sends": (True,)}),
            *self._companies(),
            self._overwritten(self._numbers.overwrites + self._chosen("overwritten")),
            self._kept(),
            self._of("missing", {"kind": ("missing",)}, level="rest"),
            self._of("left_out", {"kind": ("left_out",)}, level="rest"),
        ]

    def _faulty(self) -> Effect:
        """Who has values that the other side cannot take; an index knows them."""
        kinds = ("kind", "in", [*BOTH_SIDES, "new_there"])
        domain = [*self.sync._people_with(), ("problems", "!=", False), kinds]
        count = self._lines.search_count(domain)
        return Effect("faulty", count, domain, "warning", names=True)

    def _new_here(self) -> list[Effect]:
        backend, wanted = self.sync.backend_id, {"kind": ("new_here",)}
        if self.sync.direction != "export" and not backend._why_not_created():
            return [self._of("created_here", wanted)]
        return [self._of("not_created_here", wanted, level="rest")]

    def _new_there(self) -> list[Effect]:
        wanted = {"kind": ("new_there",)}
        if self.sync.direction == "import":
            return [self._of("not_created_there", wanted, level="rest")]
        return [self._created_there(wanted)]

    def _created_there(self, wanted: Wanted) -> Effect:
        """With two parts: who comes by CSV, and who one by one, whom automations meet."""
        by_csv: list[Effect] = []
        single = wanted
        if self.sync.use_csv:
            single = wanted | {"force_single": (True,)}
            code = "by_csv_with_automations" if self.sync.trigger_automations else "by_csv"
            by_csv = [self._of(code, wanted | {"force_single": (False,)})]
        parts = (*by_csv, self._of("one_by_one", single, names=True))
        return self._of("created_there", wanted, parts=tuple(part for part in parts if part.count))

    # ---- afterwards ----

    def _so_far(self) -> list[Effect]:
        not_unclear = ("linked", "matched", "new_here", "new_there", "missing", "left_out")
        failed = {"result": ("failed",), "kind": not_unclear}
        return [
            self._of("unclear", UNCLEAR, level="warning", names=True),
            self._of("failed", failed, level="danger", names=True),
            self._of("created_here", COME | {"kind": ("new_here",)}),
            self._created_there({"result": ("done",), "kind": ("new_there",)}),
            self._of("linked", COME | {"kind": ("matched",)}),
            self._of("updated_here", COME | {"kind": BOTH_SIDES, "receives": (True,)}),
            self._of("updated_there", {"result": ("done",), "kind": BOTH_SIDES, "sends": (True,)}),
            *self._companies(("result", "=", "done")),
            self._overwritten(self._numbers.overwrites),
            self._kept(),
            self._of("skipped", {"result": ("skipped",), "kind": not_unclear}, level="rest"),
        ]

    # ---- companies ----

    def _companies(self, *so_far: Any) -> list[Effect]:
        """Companies that come to User.com or get values, and contacts that get a company."""
        if not self.sync.backend_id.sync_companies:
            return []
        people = [*self.sync._people_with(), *so_far]
        joined = [*people, ("joined_company_id", "!=", False)]
        count = self._lines.search_count(joined)
        return [
            self._company_effect("companies_there", "new_company_id", people),
            Effect("joined_here", count, joined, names=True, named="joined_company_id"),
            self._company_effect("companies_updated_here", "received_company_id", people),
            self._company_effect("companies_updated_there", "sent_company_id", people),
        ]

    def _company_effect(self, code: str, name: str, people: list[Any]) -> Effect:
        """What happens to the companies that ``people`` have in the field ``name``."""
        domain = [*people, (name, "!=", False)]
        [(count,)] = self._lines._read_group(domain, [], [f"{name}:count_distinct"])
        return Effect(code, count, domain, names=True, named=name)

    # ---- values that differ ----

    def _overwritten(self, count: int) -> Effect:
        domain = [*self.sync._people_with(), ("is_overwritten", "=", True)]
        return Effect("overwritten", count, domain)

    def _kept(self) -> Effect:
        """Values that differ and stay so, as somebody has chosen for their field."""
        domain = [*self.sync._people_with(), ("is_kept", "=", True)]
        return Effect("kept", self._chosen("kept"), domain)

    def _chosen(self, fate: str) -> int:
        """How many differing values have this fate by the choices for fields."""
        choices = self.sync.field_ids.filtered(lambda choice: choice._fate() == fate)
        return sum(choices.mapped("conflict_count"))

    # ---- people ----

    def _of(self, code: str, wanted: Wanted, **how: Any) -> Effect:
        conditions = [(name, "in", list(values)) for name, values in wanted.items()]
        domain = [*self.sync._people_with(), *conditions]
        return Effect(code, self._numbers.people(**wanted), domain, **how)
