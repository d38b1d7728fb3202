"""What a push did: what both sides agree on since, and what User.com made otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .merge import Base, Merge
from .records import User

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a Push did. Values are canonical, by key.

    `user`: the user as answered to the change; None where nothing had to be sent.
    `found`: a user with whom the contact has to be merged before anything is sent.
    `missing`: User.com has no such user.
    `ignored`: the values that were sent and that User.com did not take.
    `gone`: the keys of those among them that are tags or lists which User.com has no more.
    `remote_base`: what User.com has instead, where it keeps a value of its own: a name that it
    cut ("Jan Kowalski-Dług"), or a city that cannot be emptied ("Łódź").
    """

    merge: Merge | None = None
    user: User | None = None
    found: User | None = None
    missing: bool = False
    ignored: Values = field(default_factory=dict)
    remote_base: Values = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    leaves_unset_out: bool | None = None
    """Whether User.com's answers leave out unset attributes, None where this one does not show."""

    @property
    def kept(self) -> bool:
        """Whether User.com has all values that were sent."""
        return bool(self.user) and not self.ignored and not self.remote_base

    @property
    def base(self) -> Base:
        """The base to store: what both sides agree on, and where each keeps its own.

        A value that User.com ignored is in neither, so the next edit sends it again.
        """
        base = Base(self.merge.base if self.merge else None)
        if dropped := self.ignored.keys() - self.remote_base.keys():
            base = base.without(dropped)
        base.remote |= self.remote_base
        return base

    @property
    def wrote(self) -> bool:
        """Whether User.com was changed."""
        return bool(self.user or self.sent)

    @property
    def sent(self) -> Values:
        """The canonical values that were brought to User.com."""
        return self.merge.to_usercom if self.merge else {}
