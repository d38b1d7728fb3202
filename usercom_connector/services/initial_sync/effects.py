"""What an initial sync will do, or has done: counted, and told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from odoo.tools import formatLang

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
        """Companies that come to User.com, and contacts that get one from there."""
        if not self.sync.backend_id.sync_companies:
            return []
        people = [*self.sync._people_with(), *so_far]
        new = [*people, ("new_company_id", "!=", False)]
        joined = [*people, ("joined_company_id", "!=", False)]
        [(companies,)] = self._lines._read_group(new, [], ["new_company_id:count_distinct"])
        count = self._lines.search_count(joined)
        return [
            Effect("companies_there", companies, new, names=True, named="new_company_id"),
            Effect("joined_here", count, joined, names=True, named="joined_company_id"),
        ]

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


# ---- texts ----

NAMED = 3  # people named in a sentence
Texts = dict[str, tuple[str, str]]
"""``{code: (of one, of many)}``; "%s" stands for the number."""


class EffectTexts:
    """Says effects as sentences in pieces: a number is a piece that leads to the people.

    ``{"code": …, "level": …, "names": …, "pieces": [[text, code or False]], "parts": [{…}]}``
    """

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._env = effects.sync.env
        self._texts = _both_tenses(self._env) | (
            _so_far(self._env) if effects.is_past else _to_come(self._env)
        )

    def sentences(self) -> list[dict[str, Any]]:
        found = self._effects.of()
        if not found and self._effects.sync.state == "ready":
            text = self._env._("Nothing will change: both sides are the same.")
            nothing = {"code": "nothing", "level": "rest", "names": ""}
            return [nothing | {"pieces": [[text, False]], "parts": []}]
        return [self._sentence(effect) for effect in found]

    def _sentence(self, effect: Effect) -> dict[str, Any]:
        one, many = self._texts[effect.code]
        before, _place, after = (one if effect.count == 1 else many).partition("%s")
        number = formatLang(self._env, effect.count, digits=0)
        return {
            "code": effect.code,
            "level": effect.level,
            "names": self._names(effect) if effect.names else "",
            "pieces": [[before, False], [number, effect.code], [after, False]],
            "parts": [self._sentence(part) for part in effect.parts],
        }

    def _names(self, effect: Effect) -> str:
        """The first people, as far as the reader may see them: "Jan, Ola, …"."""
        if effect.named != "partner_id":
            return self._company_names(effect)
        lines = self._env["usercom.sync.line"].search(effect.domain, limit=NAMED + 1)
        visible = lines.partner_id._filtered_access("read")
        visible.fetch(
            ["complete_name"]
        )  # a contact whose other values end the worker is named, too
        known = {partner.id: partner.complete_name for partner in visible}
        names = [known.get(line.partner_id.id) or line.label for line in lines[:NAMED]]
        names = list(dict.fromkeys(name for name in names if name))
        return ", ".join([*names, "…"] if len(lines) > NAMED else names)

    def _company_names(self, effect: Effect) -> str:
        groups = self._env["usercom.sync.line"]._read_group(
            effect.domain, [effect.named], limit=NAMED + 1
        )
        companies = self._env["res.partner"].union(*(company for (company,) in groups))
        visible = companies[:NAMED]._filtered_access("read")
        return ", ".join([*visible.mapped("name"), *(["…"] if len(groups) > NAMED else [])])


def text_of(effects: Effects, code: str) -> str:
    """Return the sentence of one effect, as the title of the list of its people."""
    sentences = EffectTexts(effects).sentences()
    sentences += [part for sentence in sentences for part in sentence["parts"]]
    found = (
        "".join(text for text, _code in sentence["pieces"])
        for sentence in sentences
        if sentence["code"] == code
    )
    return next(found, "")


def _both_tenses(env: Any) -> Texts:
    return {
        "unclear": (env._("%s person needs you"), env._("%s people need you")),
        "by_csv": (env._("%s by CSV"),) * 2,
    }


def _to_come(env: Any) -> Texts:
    return {
        "faulty": (
            env._("%s person has values that cannot be synchronized"),
            env._("%s people have values that cannot be synchronized"),
        ),
        "created_here": (
            env._("%s contact will be created in Odoo"),
            env._("%s contacts will be created in Odoo"),
        ),
        "created_there": (
            env._("%s user will be created in User.com"),
            env._("%s users will be created in User.com"),
        ),
        "by_csv_with_automations": (env._("%s by CSV, which starts automations"),) * 2,
        "one_by_one": (env._("%s one by one, which starts automations"),) * 2,
        "linked": (
            env._("%s contact will be linked to its user"),
            env._("%s contacts will be linked to their users"),
        ),
        "updated_here": (
            env._("%s contact will get values from User.com"),
            env._("%s contacts will get values from User.com"),
        ),
        "updated_there": (
            env._("%s user will get values from Odoo"),
            env._("%s users will get values from Odoo"),
        ),
        "companies_there": (
            env._("%s company will be created in User.com, or linked with one there"),
            env._("%s companies will be created in User.com, or linked with ones there"),
        ),
        "joined_here": (
            env._("%s contact will get the company that User.com has"),
            env._("%s contacts will get the company that User.com has"),
        ),
        "overwritten": (
            env._("%s value will be overwritten"),
            env._("%s values will be overwritten"),
        ),
        "kept": (
            env._("%s value will stay different, as a conflict to settle"),
            env._("%s values will stay different, as conflicts to settle"),
        ),
        **_unchanged(env),
    }


def _unchanged(env: Any) -> Texts:
    """Whom a sync does not change."""
    return {
        "not_created_here": (
            env._("%s user will get no contact in Odoo"),
            env._("%s users will get no contact in Odoo"),
        ),
        "not_created_there": (
            env._("%s contact will not be sent to User.com"),
            env._("%s contacts will not be sent to User.com"),
        ),
        "missing": (
            env._("%s contact has a user who was deleted in User.com"),
            env._("%s contacts have users who were deleted in User.com"),
        ),
        "left_out": (
            env._("%s person is left out by the filters"),
            env._("%s people are left out by the filters"),
        ),
    }


def _so_far(env: Any) -> Texts:
    return {
        "failed": (
            env._("%s person could not be synchronized completely"),
            env._("%s people could not be synchronized completely"),
        ),
        "created_here": (
            env._("%s contact was created in Odoo"),
            env._("%s contacts were created in Odoo"),
        ),
        "created_there": (
            env._("%s user was created in User.com"),
            env._("%s users were created in User.com"),
        ),
        "by_csv_with_automations": (env._("%s by CSV, which started automations"),) * 2,
        "one_by_one": (env._("%s one by one, which started automations"),) * 2,
        "linked": (
            env._("%s contact was linked to its user"),
            env._("%s contacts were linked to their users"),
        ),
        "updated_here": (
            env._("%s contact got values from User.com"),
            env._("%s contacts got values from User.com"),
        ),
        "updated_there": (
            env._("%s user got values from Odoo"),
            env._("%s users got values from Odoo"),
        ),
        "companies_there": (
            env._("%s company was created in User.com, or linked with one there"),
            env._("%s companies were created in User.com, or linked with ones there"),
        ),
        "joined_here": (
            env._("%s contact got the company that User.com has"),
            env._("%s contacts got the company that User.com has"),
        ),
        "overwritten": (
            env._("%s value was overwritten"),
            env._("%s values were overwritten"),
        ),
        "kept": (
            env._("%s value stayed different, as a conflict to settle"),
            env._("%s values stayed different, as conflicts to settle"),
        ),
        "skipped": (env._("%s person was not changed"), env._("%s people were not changed")),
    }
