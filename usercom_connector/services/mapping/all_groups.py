"""All tags, or lists, of an account: a pair is made for each one of Odoo, and each of User.com.

The pairs made are like those that a person makes, so they can be changed or deleted one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo.fields import Domain

from ...usercom import User
from ...usercom.memberships import LABEL_LIMIT, Label

BLANKS = ("", " ")  # that a person may have put after the prefix
MOST_PAIRS = 1000  # of an account; each contact is compared for each of them


class AllGroups:
    """Pairs the groups of one kind of one account, as far as it wants all.

    ``model`` is the model of the pairs: groups of contacts are tags for ``usercom.tag.mapping``,
    and their labels the tags of User.com.
    """

    def __init__(self, backend: Any, model: str) -> None:
        self._backend = backend.sudo()
        env = self._backend.env
        self._model = env[model]
        self._labels = env["usercom.label"]
        groups = self._model._fields[self._model._group_field].comodel_name
        self._groups = env[groups].with_context(lang=backend._language())

    def pair_everything(self) -> None:
        """Pair all groups of contacts and all labels of User.com that are known."""
        if self._wants_all():
            self.pair(self._groups.search([], limit=MOST_PAIRS))
            self._pair_labels(self._own_labels(Domain.TRUE))

    def pair(self, groups: Any) -> None:
        """Pair groups of contacts, each with the label of its name, below its parents, there."""
        free = groups.with_env(self._groups.env) - self._paired()
        names = {group: self._name(group) for group in free[: self._room()]}
        names = {group: name for group, name in names.items() if self._may_be_named(name)}
        keys = {
            self._key(f"{blank}{self._model._name_of(group)}")
            for group in names
            for blank in BLANKS
        }
        known = self._by_key(self._own_labels(Domain("name_key", "in", list(keys))))
        taken = self._by_key(self._pairs().label_id)
        wanted: dict[str, tuple[Any, str]] = {}
        for group, name in names.items():
            if (key := self._bare_key(name)) not in taken:
                wanted.setdefault(key, (group, name))
        new = [Label(None, name) for key, (_group, name) in wanted.items() if key not in known]
        known |= self._by_key(self._make_labels(new))
        self._make_pairs((group, known[key]) for key, (group, _name) in wanted.items())

    def learn(self, users: Iterable[User]) -> None:
        """Pair the labels of these users that nobody has met before."""
        if not self._wants_all():
            return
        kind = self._model._kind
        met = {each.name.casefold(): each for user in users for each in user.labels.get(kind, ())}
        met = {key: label for key, label in met.items() if self._is_ours(label.name)}
        if not met:
            return
        known = self._own_labels(Domain("name_key", "in", list(met)))
        ids = {label.id for label in met.values() if label.id}
        known |= self._own_labels(Domain("external_id", "in", list(ids)))
        known_ids, known_keys = set(known.mapped("external_id")), set(known.mapped("name_key"))
        new = {
            label.id or key: label
            for key, label in met.items()
            if key not in known_keys and label.id not in known_ids
        }
        self._pair_labels(self._make_labels([*new.values()][: self._room()]))

    def _pair_labels(self, labels: Any) -> None:
        """Pair labels of User.com, each with the group of its name; made if there is none.

        A new one has no parent: "Partner / Gold" that is not known becomes a tag of this name. Of
        several that differ in letter case alone one is paired.
        """
        taken = self._by_key(self._pairs().label_id)
        new = [(key, label) for key, label in self._by_key(labels).items() if key not in taken]
        free = dict(new[: self._room()])
        if not free:
            return
        groups, paired = self._groups.search([]), self._paired()
        by_name = {self._model._name_of(group).casefold(): group for group in groups}
        known = {key: by_name[key] for key in free.keys() & by_name}
        self._make_pairs((known[key], free[key]) for key in known if known[key] not in paired)
        missing = [self._bare_name(free[key]) for key in free if key not in known]
        self._groups.create([{"name": name} for name in missing])  # paired as any new one

    # ---- names ----

    @property
    def _prefix(self) -> str:
        return self._backend[self._model._prefix_field] or ""

    def _name(self, group: Any) -> str:
        return f"{self._prefix}{self._model._name_of(group)}".strip()

    def _key(self, bare: str) -> str:
        return f"{self._prefix}{bare}".strip().casefold()

    def _bare_name(self, label: Any) -> str:
        return str(label.name)[len(self._prefix) :].strip()

    def _bare_key(self, name: str) -> str:
        """Return what follows the prefix, in lower case: "vip" of "Odoo: VIP"."""
        return name[len(self._prefix) :].strip().casefold()

    def _may_be_named(self, name: str) -> bool:
        """Whether a label of User.com can be called so."""
        return len(name) <= LABEL_LIMIT and self._is_ours(name)

    def _is_ours(self, name: str) -> bool:
        """Whether a label of User.com has the prefix, and a name besides."""
        has_prefix = name.casefold().startswith(self._prefix.casefold())
        return has_prefix and bool(name[len(self._prefix) :].strip())

    # ---- records ----

    def _wants_all(self) -> bool:
        return bool(self._backend[self._model._all_field])

    def _pairs(self) -> Any:
        return self._backend[self._model._pairs_field]

    def _paired(self) -> Any:
        """The groups that have a pair, or may have none."""
        return self._pairs()[self._model._group_field] | self._model._never_paired()

    def _room(self) -> int:
        return max(0, MOST_PAIRS - len(self._pairs()))

    def _own_labels(self, domain: Domain) -> Any:
        own = Domain("backend_id", "=", self._backend.id)
        return self._labels.search(own & Domain("kind", "=", self._model._kind) & domain)

    def _by_key(self, labels: Any) -> dict[str, Any]:
        """``{name without the prefix: label}`` of those that have the prefix."""
        ours = labels.filtered(lambda label: self._is_ours(label.name))
        return {self._bare_key(label.name): label for label in ours}

    def _make_labels(self, labels: Iterable[Label]) -> Any:
        own = {"backend_id": self._backend.id, "kind": self._model._kind}
        return self._labels.create(
            [{**own, "name": label.name, "external_id": label.id or 0} for label in labels]
        )

    def _make_pairs(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        """Pair them all at once: each time pairs are made, all links are looked through."""
        own, name = {"backend_id": self._backend.id}, self._model._group_field
        self._model.create(
            [{**own, name: group.id, "label_id": label.id} for group, label in pairs]
        )


def pair_new_groups(groups: Any, model: str) -> None:
    """Pair tags or lists of Odoo that have just been made, in the accounts that want all.

    ``model`` is the model of their pairs.
    """
    if groups:
        accounts = groups.env["usercom.backend"].sudo()
        for backend in accounts.search([(groups.env[model]._all_field, "=", True)]):
            AllGroups(backend, model).pair(groups)


def learn_labels(backend: Any, users: Iterable[User]) -> None:
    """Pair what these users have or are in that nobody has met before, where all is wanted."""
    users = list(users)
    for pairs in backend._memberships():
        if backend[pairs._all_field]:
            AllGroups(backend, pairs._name).learn(users)
