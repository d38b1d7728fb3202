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
        names = {category: name for category, name in names.items() if len(name) <= LABEL_LIMIT}
        keys = {
            self._key(f"{blank}{category.display_name}") for category in names for blank in BLANKS
        }
        known = self._by_key(self._own_labels(Domain("name_key", "in", list(keys))))
        taken = self._by_key(self._backend.tag_mapping_ids.label_id)
        for category, name in names.items():
            key = self._bare_key(name)
            if key not in taken:
                taken[key] = known.get(key) or self._make_label(Label(None, name))
                self._make_pair(category, taken[key])

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
        new = [tag for key, tag in met.items() if key not in known_keys and tag.id not in known_ids]
        labels = [self._make_label(tag) for tag in new[: self._room()]]
        self._pair_labels(self._labels.union(*labels))

    def _pair_labels(self, labels: Any) -> None:
        """Pair tags of User.com, each with the tag of contacts of its name; made if there is none.

        A new one has no parent: "Partner / Gold" that is not known becomes a tag of this name.
        """
        free = labels - self._backend.tag_mapping_ids.label_id
        free = free.filtered(lambda label: self._is_ours(label.name))[: self._room()]
        if not free:
            return
        categories = self._categories.search([])
        by_name = {category.display_name.casefold(): category for category in categories}
        paired = self._backend.tag_mapping_ids.category_id
        for label in free:
            name = label.name[len(self._prefix) :].strip()
            category = by_name.get(name.casefold())
            if category is None:
                self._categories.create({"name": name})  # which is paired as any new one
            elif category not in paired:
                self._make_pair(category, label)

    # ---- names ----

    @property
    def _prefix(self) -> str:
        return self._backend.tag_prefix or ""

    def _name(self, category: Any) -> str:
        return f"{self._prefix}{category.display_name}".strip()

    def _key(self, bare: str) -> str:
        return f"{self._prefix}{bare}".strip().casefold()

    def _bare_key(self, name: str) -> str:
        """Return what follows the prefix, in lower case: "vip" of "Odoo: VIP"."""
        return name[len(self._prefix) :].strip().casefold()

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
        return {self._bare_key(label.name): label for label in labels}

    def _make_label(self, tag: Label) -> Any:
        return self._labels.create(
            {"backend_id": self._backend.id, "name": tag.name, "external_id": tag.id or 0}
        )

    def _make_pair(self, category: Any, label: Any) -> None:
        self._pairs.create(
            {
                "backend_id": self._backend.id,
                "category_id": category.id,
                "label_id": label.id,
            }
        )


def pair_new_categories(categories: Any) -> None:
    """Pair tags of contacts that have just been made, in the accounts that want all."""
    accounts = categories.env["usercom.backend"].sudo().search([("all_tags", "=", True)])
    for backend in accounts if categories else ():
        AllTags(backend).pair(categories)
