"""What a drain does at User.com for one contact; plain data in, plain data out, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .client import Client
from .errors import AmbiguousUserError, NotFoundError
from .merge import Merge, Rule, merge
from .reading import read_user
from .records import Attribute, User
from .values import wire

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a contact is known at User.com, strongest first."""

    user_id: int | None = None
    custom_id: str | None = None
    email: str | None = None
    phone: str | None = None

    def as_keys(self) -> Values:
        """Return the keys under User.com's names."""
        return {"id": self.user_id, "custom_id": self.custom_id, "email": self.email}

    def locate(self, client: Client) -> User | None:
        """Return the one user of this identity, None if there is none.

        Raises AmbiguousUserError where several match.
        """
        if self.user_id:
            try:
                return client.get_user(self.user_id)
            except NotFoundError:
                pass  # merged away there, perhaps: its other keys may still find it
        return self.search(client)

    def search(self, client: Client) -> User | None:
        """Do as `locate`, but not by the User.com id."""
        for key in ("custom_id", "email", "phone"):
            if value := getattr(self, key):
                found = client.find_users(**{key: value})
                if len(found) > 1:
                    raise AmbiguousUserError([user.id for user in found])
                if found:
                    return found[0]
        return None


@dataclass(frozen=True, slots=True)
class Fetch:
    """Read one user. The result is the User, or None if there is none."""

    identity: Identity

    def run(self, client: Client) -> User | None:
        """Return what `Identity.locate` finds."""
        return self.identity.locate(client)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a Push did.

    `user` is the one written to, None where nothing had to be sent. `found` is a user to merge with
    first. `missing`: User.com has no such user. `ignored`: values it answered without keeping.
    """

    merge: Merge | None = None
    user: User | None = None
    found: User | None = None
    missing: bool = False
    ignored: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Push:
    """Bring the values of one contact to User.com.

    A known user gets what differs from `base`, in one call. An unknown one is searched for, and
    created if there is none. One that is found is not written to yet: only the database knows
    whether it belongs to another contact.
    """

    identity: Identity
    rules: Sequence[Rule]
    attributes: Mapping[str, Attribute]
    base: Values
    odoo: Values

    def run(self, client: Client) -> Pushed:
        """Make the calls; any UsercomError passes through."""
        if not self.identity.user_id:
            found = self.identity.search(client)
            return Pushed(found=found) if found else self._create(client)
        try:
            return self._push_known(client, self.identity.user_id)
        except NotFoundError:  # merged away there, perhaps
            found = self.identity.search(client)
            return Pushed(found=found, missing=found is None)

    def _push_known(self, client: Client, user_id: int) -> Pushed:
        if self._never_agreed():
            return Pushed(found=client.get_user(user_id))
        merged = self._merge(self.base, {key: self.base.get(key) for key in self.odoo})
        if not merged.to_usercom:
            return Pushed(merged)
        if self._gives_consent(merged):
            user = client.get_user(user_id)
            if self._withdraws_consent(user):
                return Pushed(found=user)
        user = client.update_user(user_id, self._wire(merged.to_usercom))
        return Pushed(merged, user, ignored=self._ignored(user, merged))

    def _never_agreed(self) -> bool:
        """Whether a value to send has no base, as after a new mapping: not to be sent blindly."""
        return any(
            rule.direction != "import"
            and rule.key not in self.base
            and self.odoo.get(rule.key) is not None
            for rule in self.rules
        )

    def _gives_consent(self, merged: Merge) -> bool:
        """Whether a "yes" is to be sent: never over a "no" that nobody has told us of yet."""
        sent = merged.to_usercom
        return any(r.consent and sent.get(r.key) == (not r.withdrawn) for r in self.rules)

    def _withdraws_consent(self, user: User) -> bool:
        """Whether the user says "no" where both sides last agreed on something else."""
        shown, _errors = read_user(user, self.attributes, self.base)
        consents = [rule for rule in self.rules if rule.consent]
        return any(shown.get(r.key) == r.withdrawn != self.base.get(r.key) for r in consents)

    def _create(self, client: Client) -> Pushed:
        merged = self._merge({}, dict.fromkeys(self.odoo))
        keys = {"email": self.identity.email, "custom_id": self.identity.custom_id}
        known = {key: value for key, value in keys.items() if value}
        user = client.create_user(known | self._wire(merged.to_usercom))
        return Pushed(merged, user, ignored=self._ignored(user, merged))

    def _ignored(self, user: User, merged: Merge) -> Values:
        """Values that the answer shows as they were before: User.com dropped ours."""
        shown, _errors = read_user(user, self.attributes, merged.to_usercom)
        return {
            key: value
            for key, value in merged.to_usercom.items()
            if shown.get(key, value) != value and shown[key] == self.base.get(key)
        }

    def _merge(self, base: Values, usercom: Values) -> Merge:
        return merge(self.rules, base, self.odoo, usercom, odoo_is_newer=True)

    def _wire(self, values: Values) -> Values:
        return {key: wire(value, self.attributes[key]) for key, value in values.items()}
