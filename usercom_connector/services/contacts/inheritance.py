"""What a contact takes over of what another one, merged into it, and its user had agreed on."""

from __future__ import annotations

from typing import Any

from ...usercom import User
from ...usercom.jobs import MergedUsers
from ...usercom.merge import Base, remote_base_value
from ...usercom.values import read_user
from ..memberships import Memberships


def known_base(row: Any) -> Base:
    """The base of the link whose user a row of the outbox merges into another one."""
    known = row.sudo().known_base or {}
    return Base(known.get("base"), known.get("remote_base") or {})


class Inheritance:
    """Hands on what two had agreed on who are merged, in Odoo first and then at User.com.

    Where the survivor has no value, it gets the other one's on both sides. If nothing were handed
    on, that would be news of User.com: what has been edited or emptied in Odoo meanwhile would
    meet a change that nobody has made there.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._mappings = backend._active_mappings()
        self._memberships = Memberships(backend)

    def hand_on(self, row: Any, merged: MergedUsers) -> None:
        """Have the survivor's link know what it has got by the merge of the users of ``row``."""
        links = self._backend.env["usercom.binding"]
        link, lost = links._of_user(self._backend, row.into_external_id), known_base(row)
        keys = (lost.keys() | lost.remote.keys()) - self._own_keys()
        if keys and merged.parent and not row.sudo().known_base.get("is_met"):
            keys &= self._had_from(lost, merged.parent)
        if link and keys:
            base = link._last_base()
            base.inherit(lost, keys)
            link._store_base(base)

    def _own_keys(self) -> set[str]:
        """The keys of consents, which are weighed anew, and of what Odoo does not hand on."""
        fields = self._backend.env["res.partner"]._fields
        pairs = [*self._mappings, *self._memberships.pairs]
        computed = {pair._key() for pair in pairs if fields[pair.field_name].compute}
        return computed | {pair._key() for pair in self._mappings if pair.is_consent}

    def _had_from(self, lost: Base, parent: User) -> set[str]:
        """The keys of the values that the ``parent`` has as the ``lost`` one had them.

        So it was merged by somebody, and not deleted.
        """
        attributes = self._mappings._attributes() | self._memberships.attributes
        shown, _errors = read_user(parent, attributes, lost)
        return {key for key, value in shown.items() if value == remote_base_value(lost, key)}
