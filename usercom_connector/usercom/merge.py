"""Three-way merge of a contact's values: the last agreed ones, Odoo's and User.com's."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .texts import NAME_PARTS, join_name, split_along

EMPTY: tuple[Any, ...] = (None, "", [])

# ---- what both sides had when they were last compared ----


class Base(dict[str, Any]):
    """`{key: canonical value}` that both sides last agreed on.

    Where each side keeps its own value ("Łódź" in Odoo, "Gdynia" in User.com), the base has Odoo's
    and `remote` has User.com's: `Base({"city": "Łódź"}, {"city": "Gdynia"})`. Neither moves until
    one of the sides changes it.
    """

    def __init__(
        self, agreed: Mapping[str, Any] | None = None, remote: Mapping[str, Any] | None = None
    ) -> None:
        """Copy the values of `agreed`; without `remote`, also those that it has of User.com's."""
        super().__init__(agreed or {})
        own = agreed.remote if isinstance(agreed, Base) else {}
        self.remote: dict[str, Any] = dict(own if remote is None else remote)

    def agree(self, key: str, value: Any) -> None:
        """Note that both sides have this value now."""
        self[key] = value
        self.remote.pop(key, None)

    def agree_on(self, values: Mapping[str, Any]) -> None:
        """Note that both sides have these values now."""
        for key, value in values.items():
            self.agree(key, value)

    def keep_both(self, key: str, odoo: Any, usercom: Any) -> None:
        """Note that each side keeps its own value."""
        self[key] = odoo
        self.remote[key] = usercom

    def without(self, keys: Container[str]) -> Base:
        """Return a copy that knows nothing of these keys."""
        agreed = {key: value for key, value in self.items() if key not in keys}
        remote = {key: value for key, value in self.remote.items() if key not in keys}
        return Base(agreed, remote)

    def with_changes(self, since: Base, base: Base) -> Base:
        """Return a copy with what changed from `since` to `base`, be it agreed or kept apart."""
        return Base(_changed(self, since, base), _changed(self.remote, since.remote, base.remote))

    def inherit(self, lost: Base, keys: Iterable[str]) -> None:
        """Take over what `lost` knows of these keys, where User.com had nothing.

        It is what a user has got into whom another one was merged.
        """
        for key in keys:
            theirs = remote_base_value(lost, key)
            if theirs in EMPTY or remote_base_value(self, key) not in EMPTY:
                continue
            known = self.get(key)
            here = lost.get(key) if known in EMPTY else known
            if here == theirs:
                self.agree(key, here)
            else:
                self.keep_both(key, here, theirs)

    def restore(self, former: Base, keys: Collection[str]) -> None:
        """Have the base know of these keys what the `former` one did."""
        for mine, theirs in ((self, former), (self.remote, former.remote)):
            for key in keys:
                mine.pop(key, None)
                if key in theirs:
                    mine[key] = theirs[key]


def _changed(
    values: Mapping[str, Any], since: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any]:
    changed = {key: value for key, value in now.items() if (key, value) not in since.items()}
    kept = {key: value for key, value in values.items() if key in now or key not in since}
    return kept | changed


def remote_base_value(base: Mapping[str, Any], key: str) -> Any:
    """Return what User.com had when both sides were last compared, None if that is unknown."""
    remote = base.remote if isinstance(base, Base) else {}
    return remote.get(key, base.get(key))


# ---- the merge ----

Direction = Literal["both", "export", "import"]
Policy = Literal["odoo", "usercom", "newest", "skip"]
Side = Literal["odoo", "usercom"]

NAME = "name"  # both halves of a name, while they are merged as one value


@dataclass(frozen=True, slots=True)
class Rule:
    """How one value is kept the same on both sides.

    `withdrawn` is the canonical value of a consent's "no": True for "unsubscribed", else False.
    The policy "skip" is for contacts and users that meet for the first time: where both have a
    value and the values differ, each side keeps its own.
    """

    key: str
    direction: Direction
    policy: Policy
    consent: bool = False
    withdrawn: Any = False
    is_name_part: bool = False
    """Whether Odoo stores it only inside the full name: then both parts move together."""
    is_sparse: bool = False
    """Whether the base has it only where there is a value, as for tags that few people have."""
    is_sent_blind: bool = False
    """Whether it is sent whatever User.com has, also where both sides never agreed on it."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides changed a value since they last agreed, and not to the same.

    The value of the `winner` is written to the other side; without a winner each side keeps its
    own.
    """

    key: str
    base: Any
    odoo: Any
    usercom: Any
    winner: Side | None


@dataclass(slots=True)
class Merge:
    """The result of a merge, all `{key: canonical value}` but the list of `conflicts`.

    `to_odoo` and `to_usercom` are the values to write there, `base` is what both sides agree on
    once that is done.
    """

    base: Base
    to_odoo: dict[str, Any] = field(default_factory=dict)
    to_usercom: dict[str, Any] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)


def merge(
    rules: Iterable[Rule],
    base: Mapping[str, Any],
    odoo: Mapping[str, Any],
    usercom: Mapping[str, Any],
    *,
    odoo_is_newer: bool | None,
) -> Merge:
    """Merge three sets of values, each `{key: canonical value}`; the arguments stay unchanged.

    `base` is a `Base`; a plain dict has no values that the sides keep apart.
    A value that differs from it on one side moves to the other, one that differs on both is a
    conflict. A key that `odoo` or `usercom` lacks is unknown there, so nothing moves. A key that
    `base` lacks counts as None there. `odoo_is_newer` settles the policy "newest"; where it is
    None (nobody knows), Odoo wins.
    """
    result = Merge(Base(base))
    known = [rule for rule in rules if rule.key in odoo and rule.key in usercom]
    halves = _halves_of_name(known)
    for rule in known:
        if rule not in halves:
            _merge_value(result, rule, odoo[rule.key], usercom[rule.key], odoo_is_newer)
    if halves:
        _merge_name(result, halves[0], odoo, usercom, odoo_is_newer)
    return result


def _halves_of_name(rules: list[Rule]) -> list[Rule]:
    """Return the rules of first and last name, in this order; [] unless both have one direction."""
    halves = sorted((rule for rule in rules if rule.is_name_part), key=lambda rule: rule.key)
    is_whole = [rule.key for rule in halves] == list(NAME_PARTS)
    return halves if is_whole and halves[0].direction == halves[1].direction else []


def _merge_name(
    result: Merge,
    rule: Rule,
    odoo: Mapping[str, Any],
    usercom: Mapping[str, Any],
    odoo_is_newer: bool | None,
) -> None:
    """Merge first and last name as one value.

    Odoo's "Anna Maria Kowalska" is split into "Anna" and "Maria Kowalska", while User.com has
    "Anna Maria" and "Kowalska". If only the last name were sent, User.com would be left with
    "Anna Maria Maria Kowalska".
    """
    agreed = Base({NAME: _full(result.base)}, {NAME: _full(_there(result.base))})
    whole = Merge(agreed)
    _merge_value(whole, replace(rule, key=NAME), _full(odoo), _full(usercom), odoo_is_newer)
    there = {part: usercom[part] for part in NAME_PARTS}
    here = in_halves(odoo, there)
    for conflict in whole.conflicts:
        result.conflicts += [
            replace(
                conflict, key=part, base=result.base.get(part), odoo=here[part], usercom=there[part]
            )
            for part in NAME_PARTS
            if here[part] != there[part]
        ]
    if NAME in whole.to_usercom:
        result.to_usercom |= {p: here[p] for p in NAME_PARTS if (here[p], there[p]) != (None, None)}
        result.base.agree_on(here)
    elif NAME in whole.to_odoo:
        result.to_odoo |= there
        result.base.agree_on(there)
    elif _full(odoo) == _full(usercom):
        result.base.agree_on(there)
    elif any(conflict.winner is None for conflict in whole.conflicts):
        for part in NAME_PARTS:
            result.base.keep_both(part, here[part], there[part])


def in_halves(odoo: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return Odoo's full name as {"first_name": …, "last_name": …}, split as `known` is split.

    "Anna Maria Kowalska" along the known ("Anna Maria", "Nowak") is "Anna Maria" and "Kowalska".
    The name of a company, which is a last name only, is not split.
    """
    halves = tuple(odoo.get(part) or "" for part in NAME_PARTS)
    if halves[0]:
        first, last = (known.get(part) or "" for part in NAME_PARTS)
        halves = split_along(join_name(*halves), (first, last))
    return {part: half or None for part, half in zip(NAME_PARTS, halves, strict=True)}


def _full(values: Mapping[str, Any]) -> str | None:
    return join_name(*(values.get(part) or "" for part in NAME_PARTS)) or None


def _there(base: Mapping[str, Any]) -> dict[str, Any]:
    return {part: remote_base_value(base, part) for part in NAME_PARTS}


def _merge_value(
    result: Merge, rule: Rule, odoo: Any, usercom: Any, odoo_is_newer: bool | None
) -> None:
    base, theirs = result.base.get(rule.key), remote_base_value(result.base, rule.key)
    usercom = usercom if odoo == usercom else stated_value(rule, base, usercom)
    if odoo == usercom:
        _agree(result.base, rule, odoo)
        return
    if (odoo, usercom) == (base, theirs):
        return  # neither has changed since each side kept its own
    if _is_skipped(rule, odoo, usercom):
        result.conflicts.append(Conflict(rule.key, base, odoo, usercom, None))
        result.base.keep_both(rule.key, odoo, usercom)
        return
    winner = _winner(rule, base, theirs, odoo, usercom, odoo_is_newer)
    if winner is None or not _may_move(rule, winner):
        return
    if rule.direction == "both" and odoo != base and usercom != theirs:
        result.conflicts.append(Conflict(rule.key, base, odoo, usercom, winner))
    target = result.to_usercom if winner == "odoo" else result.to_odoo
    target[rule.key] = odoo if winner == "odoo" else usercom
    _agree(result.base, rule, target[rule.key])


def _agree(base: Base, rule: Rule, value: Any) -> None:
    base.agree(rule.key, value)
    if rule.is_sparse and value is None:
        del base[rule.key]


def export_only(rules: Iterable[Rule], keys: Container[str]) -> list[Rule]:
    """Return the `rules`, those of `keys` without the direction to Odoo.

    A rule of `keys` that has no other direction is left out.
    """
    return [
        replace(rule, direction="export") if rule.key in keys else rule
        for rule in rules
        if rule.key not in keys or rule.direction != "import"
    ]


def differs(rule: Rule, base: Mapping[str, Any], odoo: Any, usercom: Any) -> bool:
    """Return whether the two values differ in a way that this pair is there to settle.

    A pair that only sends Odoo's city to User.com does not care about a city that User.com has
    and Odoo never had. It does once Odoo's city, known from `base`, has been emptied.
    """
    source = {"export": odoo, "import": usercom}.get(rule.direction)
    known = {"export": base.get(rule.key), "import": remote_base_value(base, rule.key)}.get(
        rule.direction
    )
    is_said = rule.direction == "both" or (source, known) != (None, None)
    return is_said and odoo != usercom


def stated_value(rule: Rule, base: Any, usercom: Any) -> Any:
    """Return what a person has said by the value at User.com, None if nothing.

    Every new user is "not unsubscribed", so this value alone is no "yes" to mailings. It is one
    only after a "no" that both sides have agreed on: then somebody has subscribed again.
    """
    is_default = rule.consent and rule.withdrawn is True and usercom is False
    return None if is_default and base is None else usercom


def _is_skipped(rule: Rule, odoo: Any, usercom: Any) -> bool:
    return rule.policy == "skip" and not rule.consent and None not in (odoo, usercom)


def _may_move(rule: Rule, winner: Side) -> bool:
    return rule.direction == "both" or (rule.direction == "export") == (winner == "odoo")


def _winner(
    rule: Rule, base: Any, theirs: Any, odoo: Any, usercom: Any, odoo_is_newer: bool | None
) -> Side | None:
    if rule.consent and None in (odoo, usercom):
        return _stated_consent(rule, base, odoo, usercom)
    if usercom == theirs:
        return "odoo"
    if odoo == base:
        return "usercom"
    if rule.consent and rule.withdrawn in (odoo, usercom):
        return "odoo" if odoo == rule.withdrawn else "usercom"
    return _preferred(rule, odoo_is_newer)


def _stated_consent(rule: Rule, base: Any, odoo: Any, usercom: Any) -> Side | None:
    """Return the side that has the answer to a consent, if that answer has to move.

    A "no" always moves to the side that has none. A "yes" moves only when it is new: a "yes" that
    both agreed on, and that one side has lost since, may have been deleted there by a person.
    """
    side: Side = "odoo" if usercom is None else "usercom"
    stated = odoo if usercom is None else usercom
    return side if stated == rule.withdrawn or stated != base else None


def _preferred(rule: Rule, odoo_is_newer: bool | None) -> Side:
    if rule.direction != "both":
        return "odoo" if rule.direction == "export" else "usercom"
    if rule.policy == "newest":
        return "usercom" if odoo_is_newer is False else "odoo"
    return "usercom" if rule.policy == "usercom" else "odoo"
