"""All tags of an account: a pair is made for each tag of contacts, and for each one of User.com.

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


class AllTags:
    """Pairs the tags of one account, as far as it wants all."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend.sudo()
        env = self._backend.env
        self._pairs = env["usercom.tag.mapping"]
        self._labels = env["usercom.label"]
        self._categories = env["res.partner.category"].with_context(lang=backend._language())

    def pair_everything(self) -> None:
        """Pair all tags of contacts and all tags of User.com that are known."""
        if self._backend.all_tags:
            self.pair(self._categories.search([], limit=MOST_PAIRS))
            self._pair_labels(self._own_labels(Domain.TRUE))

    def pair(self, categories: Any) -> None:
        """Pair tags of contacts, each with the tag of its name, below its parents, in User.com."""
        paired = self._backend.tag_mapping_ids.category_id
        free = categories.with_env(self._categories.env) - paired
        names = {category: self._name(category) for category in free[: self._room()]}
        names = {category: name for category, name in names.items() if self._may_be_named(name)}
        keys = {
            self._key(f"{blank}{category.display_name}") for category in names for blank in BLANKS
        }
        known = self._by_key(self._own_labels(Domain("name_key", "in", list(keys))))
        taken = self._by_key(self._backend.tag_mapping_ids.label_id)
        wanted: dict[str, tuple[Any, str]] = {}
        for category, name in names.items():
            if (key := self._bare_key(name)) not in taken:
                wanted.setdefault(key, (category, name))
        new = [Label(None, name) for key, (_category, name) in wanted.items() if key not in known]
        known |= self._by_key(self._make_labels(new))
        self._make_pairs((category, known[key]) for key, (category, _name) in wanted.items())

    def learn(self, users: Iterable[User]) -> None:
        """Pair the tags of these users that nobody has met before."""
        if not self._backend.all_tags:
            return
        met = {tag.name.casefold(): tag for user in users for tag in user.labels.get("tags", ())}
        met = {key: tag for key, tag in met.items() if self._is_ours(tag.name)}
        if not met:
            return
        known = self._own_labels(Domain("name_key", "in", list(met)))
        ids = {tag.id for tag in met.values() if tag.id}
        known |= self._own_labels(Domain("external_id", "in", list(ids)))
        known_ids, known_keys = set(known.mapped("external_id")), set(known.mapped("name_key"))
        new = {
            tag.id or key: tag
            for key, tag in met.items()
            if key not in known_keys and tag.id not in known_ids
        }
        self._pair_labels(self._make_labels([*new.values()][: self._room()]))

    def _pair_labels(self, labels: Any) -> None:
        """Pair tags of User.com, each with the tag of contacts of its name; made if there is none.

        A new one has no parent: "Partner / Gold" that is not known becomes a tag of this name. Of
        several that differ in letter case alone one is paired.
        """
        pairs = self._backend.tag_mapping_ids
        taken = self._by_key(pairs.label_id)
        new = [(key, label) for key, label in self._by_key(labels).items() if key not in taken]
        free = dict(new[: self._room()])
        if not free:
            return
        categories, paired = self._categories.search([]), pairs.category_id
        by_name = {category.display_name.casefold(): category for category in categories}
        known = {key: by_name[key] for key in free.keys() & by_name}
        self._make_pairs((known[key], free[key]) for key in known if known[key] not in paired)
        missing = [self._bare_name(free[key]) for key in free if key not in known]
        self._categories.create([{"name": name} for name in missing])  # paired as any new one

    # ---- names ----

    @property
    def _prefix(self) -> str:
        return self._backend.tag_prefix or ""

    def _name(self, category: Any) -> str:
        return f"{self._prefix}{category.display_name}".strip()

    def _key(self, bare: str) -> str:
        return f"{self._prefix}{bare}".strip().casefold()

    def _bare_name(self, label: Any) -> str:
        return str(label.name)[len(self._prefix) :].strip()

    def _bare_key(self, name: str) -> str:
        """Return what follows the prefix, in lower case: "vip" of "Odoo: VIP"."""
        return name[len(self._prefix) :].strip().casefold()

    def _may_be_named(self, name: str) -> bool:
        """Whether a tag of User.com can be called so."""
        return len(name) <= LABEL_LIMIT and self._is_ours(name)

    def _is_ours(self, name: str) -> bool:
        """Whether a tag of User.com has the prefix, and a name besides."""
        has_prefix = name.casefold().startswith(self._prefix.casefold())
        return has_prefix and bool(name[len(self._prefix) :].strip())

    # ---- records ----

    def _room(self) -> int:
        return max(0, MOST_PAIRS - len(self._backend.tag_mapping_ids))

    def _own_labels(self, domain: Domain) -> Any:
        own = Domain("backend_id", "=", self._backend.id) & Domain("kind", "=", "tags")
        return self._labels.search(own & domain)

    def _by_key(self, labels: Any) -> dict[str, Any]:
        """``{name without the prefix: label}`` of those that have the prefix."""
        ours = labels.filtered(lambda label: self._is_ours(label.name))
        return {self._bare_key(label.name): label for label in ours}

    def _make_labels(self, tags: Iterable[Label]) -> Any:
        return self._labels.create(
            [
                {"backend_id": self._backend.id, "name": tag.name, "external_id": tag.id or 0}
                for tag in tags
            ]
        )

    def _make_pairs(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        """Pair them all at once: each time pairs are made, all links are looked through."""
        self._pairs.create(
            [
                {
                    "backend_id": self._backend.id,
                    "category_id": category.id,
                    "label_id": label.id,
                }
                for category, label in pairs
            ]
        )


def pair_new_categories(categories: Any) -> None:
    """Pair tags of contacts that have just been made, in the accounts that want all."""
    accounts = categories.env["usercom.backend"].sudo().search([("all_tags", "=", True)])
    for backend in accounts if categories else ():
        AllTags(backend).pair(categories)
