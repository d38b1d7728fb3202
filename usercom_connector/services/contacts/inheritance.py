"""What a contact takes over of what another one, merged into it, and its user had agreed on."""

from __future__ import annotations

from typing import Any

from ...usercom import User
from ...usercom.jobs import MergedUsers
from ...usercom.merge import Base, remote_base_value
from ...usercom.values import read_user
from ..memberships import Memberships

_COMPANY_MODELS = ("usercom.membership", "usercom.company")


def known_base(row: Any) -> Base:
    """The base of the link whose user a row of the outbox merges into another one."""
    known = row.sudo().known or {}
    return Base(known.get("base"), known.get("remote_base") or {})


class Inheritance:
    """Hands on what two had agreed on who are merged, in Odoo first and then at User.com.

    Where the survivor has no value, it gets the other one's on both sides. If nothing were handed
    on, that would be news of User.com: what has been edited or emptied in Odoo meanwhile would
    meet a change that nobody has made there. So it is with the companies that it is a member of.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._mappings = backend._active_mappings()
        self._memberships = Memberships(backend)

    def hand_on(self, row: Any, merged: MergedUsers) -> None:
        """Have the survivor's link know what it has got by the merge of the users of ``row``."""
        links, known = self._backend.env["usercom.binding"], row.sudo().known
        link = links._of_user(self._backend, row.into_external_id)
        if link and known:
            parent = None if known.get("is_met") else merged.parent
            self._hand_on_base(link, known_base(row), parent)
            self._hand_on_companies(link, known["companies"])

    def _hand_on_base(self, link: Any, lost: Base, parent: User | None) -> None:
        """``parent``: who it was perhaps merged into, where only its values can show that."""
        keys = (lost.keys() | lost.remote.keys()) - self._own_keys()
        base = link._last_base()
        base.inherit(lost, keys & self._had_from(lost, parent) if parent else keys)
        link._store_base(base)

    def _hand_on_companies(self, link: Any, companies: list[list[Any]]) -> None:
        """Count the survivor as somebody who was perhaps made a member of the lost one's companies.

        So it is looked whether it is a member before it becomes one, and made none where its
        contact is of another company.
        """
        members, links = (self._backend.env[name] for name in _COMPANY_MODELS)
        own = members.search([("binding_id", "=", link.id)]).link_id
        known = set(links.browse(link_id for link_id, *_how in companies).exists().ids)
        vals = {"binding_id": link.id, "is_tried": True}
        members.create(
            [
                {**vals, "link_id": link_id, "is_ours": is_ours, "has_left": has_left}
                for link_id, is_ours, has_left in companies
                if link_id in known - set(own.ids)
            ]
        )
        self._backend.env["usercom.outbox"]._enqueue_companies_later(link.partner_id.ids)

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
