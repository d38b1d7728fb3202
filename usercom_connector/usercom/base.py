"""What Odoo and User.com had when a contact and its user were last compared."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping
from typing import Any


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
