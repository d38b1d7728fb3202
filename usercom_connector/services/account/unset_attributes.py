"""What an account's answers do with custom attributes that are unset: show null, or nothing."""

from collections.abc import Iterable
from typing import Any

from ...usercom import Rule, User
from ...usercom.merge import EMPTY, remote_base_value
from ..inbox.prompts import Prompts


class UnsetAttributes:
    """The mapped custom attributes of one account, as its answers show them while unset."""

    def __init__(self, backend: Any) -> None:
        self.backend = backend

    def left_out(self) -> list[str]:
        """The attributes that answers leave out while they are unset, as far as is known."""
        if not self.backend.leaves_unset_out:
            return []
        mappings = self.backend._active_mappings()
        return [mapping._key() for mapping in mappings if not mapping.attribute_id.is_standard]

    def learn(self, leaves_unset_out: bool) -> None:
        """Note what the answer to our own emptying of an attribute has shown."""
        if leaves_unset_out != self.backend.leaves_unset_out:
            self.backend.leaves_unset_out = leaves_unset_out

    def ask_about(self, users: list[User]) -> None:
        """Have the listed ``users`` who may have been emptied be read one by one.

        A list is not known to tell all that there is of a user. But where it shows the shop of
        some and leaves out that of a customer of "Warsaw", the customer is worth a look.
        """
        shown = {name for user in users for name in user.values}
        if not (names := shown.intersection(self.left_out())):
            return
        domain = [
            ("backend_id", "=", self.backend.id),
            ("external_id", "in", [u.id for u in users]),
        ]
        links = self.backend.env["usercom.binding"].search(domain).grouped("external_id")
        rules = [rule for rule in self.backend._active_mappings()._rules() if rule.key in names]
        for user in users:
            if user.id in links and _lacks_one(user, links[user.id]._last_base(), rules):
                Prompts(self.backend).read_single(user)


def _lacks_one(user: User, base: dict[str, Any], rules: Iterable[Rule]) -> bool:
    """Whether the user has no longer a value that both sides agreed on, and that would be news."""
    return any(
        rule.key not in user.values and _is_news(rule, remote_base_value(base, rule.key))
        for rule in rules
    )


def _is_news(rule: Rule, former: Any) -> bool:
    """Whether Odoo is told that ``former`` is unset now: of a consent only a "no" is repeated."""
    return (
        rule.direction != "export"
        and former not in EMPTY
        and (not rule.consent or former == rule.withdrawn)
    )
