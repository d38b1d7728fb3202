"""Users whose contact left: archived, deleted, merged away or no longer taking part."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from odoo import fields
from odoo.fields import Domain

from ...usercom import User
from ...usercom.jobs import Identity, MergedUsers, MergeUsers, Remove
from ...usercom.merge import EMPTY, Base
from ...usercom.push import Push
from ..comparison import Comparison
from ..consents.answers import EmailConsent
from ..consents.received import apply_refusals, consent_origin
from ..contacts.identity import ContactIdentity
from ..contacts.inheritance import Inheritance, known_base
from ..importer import Importer
from ..inbox.prompts import Prompts, keys_in
from ..memberships import Memberships
from ..own_context import Origin, with_own_context
from ..queue.claims import Task


class Removals:
    """Does with the users of one account's former contacts what its removal policy says."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env
        self._bindings = backend.env["usercom.binding"]

    # ---- who left, and who is back ----

    def of_left(self, rows: Any) -> list[Task]:
        """The tasks of contacts that take no part; who never did, or left before, needs none."""
        bindings = self._bindings._of(self._backend, rows.partner_id)
        leaving = rows.filtered(lambda row: _is_in_use(bindings.get(row.partner_id.id)))
        self._note_left_open(rows - leaving, bindings)
        leaving.operation = self._backend.removal_policy
        links = {row: bindings[row.partner_id.id] for row in leaving}
        if self._backend.removal_policy == "keep":
            self._bindings.concat(*links.values()).left_at = fields.Datetime.now()
            leaving._finish(outcome="left_out")
            return []
        return [Task(row, _removal(row, link.external_id)) for row, link in links.items()]

    def _note_left_open(self, rows: Any, bindings: dict[int, Any]) -> None:
        """Nothing is to be done; a user may have been created without an answer, and turn up."""
        links = [bindings.get(partner_id) for partner_id in rows.partner_id.ids]
        open_ones = [link.id for link in links if link and link._orphans()]
        self._bindings.browse(open_ones).left_at = fields.Datetime.now()
        rows._finish(outcome="left_out")

    def of_deleted(self, rows: Any) -> list[Task]:
        """The tasks of rows without a contact; a user who has found another contact stays."""
        linked = self._bindings.search(
            Domain("backend_id", "in", rows.backend_id.ids)
            & Domain("external_id", "in", rows.mapped("external_id"))
        )
        reused = rows.filtered(lambda row: row.external_id in linked.mapped("external_id"))
        reused._finish(operation="keep")
        parents = self._parent_identities(rows)
        left = rows - reused
        merges = left.filtered(lambda row: row.operation == "merge")
        return [
            *(Task(row, _removal(row, row.external_id)) for row in left - merges),
            *(Task(row, _merge(row, parents)) for row in merges),
        ]

    def _parent_identities(self, rows: Any) -> dict[int, Identity]:
        """By what else the contacts of the users are known into whom others are merged."""
        parent_ids = set(filter(None, rows.mapped("into_external_id")))
        return Successors(self._backend).identities(parent_ids) if parent_ids else {}

    def remove_orphaned_user(self, job: Any, pushed: Any) -> None:
        """Treat a user as if it had been linked whose contact was deleted while it was created.

        ``job`` is the push that ran meanwhile and ``pushed`` its result, if any.
        """
        if isinstance(job, Push) and not job.identity.user_id and pushed and pushed.user:
            self._env["usercom.outbox"]._enqueue_orphan_removals(self._backend, [pushed.user.id])

    # ---- settling ----

    def settle(self, row: Any, result: Any = None) -> None:
        """Store that the user of a row is dealt with; ``result`` is what its job gave, if any."""
        for link in self._bindings._of(self._backend, row.partner_id).values():
            if row.operation == "delete":
                self.hear(row, result)
                link._leave()
            else:
                link.left_at = fields.Datetime.now()
        match row.operation:
            case "unsubscribe":
                EmailConsent(self._backend).leave_unsubscribed(row.partner_id)
            case "merge":
                self._settle_merge(row, result)
            case "delete":
                self._send_anew(row.external_id)
        row._finish(sent={"unsubscribed": True} if row.operation == "unsubscribe" else None)

    def hear(self, row: Any, user: User | None) -> None:
        """Apply a "no" that the ``user`` of a row said before its end, and nobody had read yet."""
        link, base = self._known_before(row)
        if user and link:
            backend = with_own_context(self._backend, origin=consent_origin(row, user))
            apply_refusals(backend, link.partner_id, user, base)

    def note_unheard(self, row: Any) -> None:
        """Note that the user of a row was there, and has perhaps been merged by now."""
        if row.operation == "merge":
            row.sudo().known = {**row.sudo().known, "is_met": True}

    def _known_before(self, row: Any) -> tuple[Any, Base]:
        """The link of who is left in Odoo, and what was known of the user of a row."""
        if row.operation == "merge":
            link = self._bindings._of_user(self._backend, row.into_external_id)
            return link, known_base(row)
        link = self._bindings._of(self._backend, row.partner_id).get(row.partner_id.id)
        return link, link._last_base() if link else Base()

    def _settle_merge(self, row: Any, merged: MergedUsers) -> None:
        self.hear(row, merged.was)
        if not merged.successor:
            Inheritance(self._backend).hand_on(row, merged)
            self._read_again(row.into_external_id)
        elif self._bindings._of_user(self._backend, merged.successor.id):
            return  # it has found another contact meanwhile
        elif link := self._bindings._of_user(self._backend, row.into_external_id):
            origin = consent_origin(row, merged.successor)
            Successors(self._backend).link(link, merged.successor, origin)
        else:
            self._follow_survivor(row, merged.successor.id)

    def _follow_survivor(self, row: Any, user_id: int) -> None:
        """Have this user share the fate of a survivor that its contact does not lead to any more.

        It is merged into the contact's later user, or removed as the policy says if the contact
        has left.
        """
        outbox = self._env["usercom.outbox"]
        later = self._bindings._of_former_user(self._backend, row.into_external_id)[:1]
        if later.external_id:
            known = {user_id: row.sudo().known}
            outbox._enqueue_merge(self._backend, later.external_id, [user_id], known)
        else:
            outbox._enqueue_removal(self._backend, user_id)

    def _read_again(self, user_id: int) -> None:
        """Read a user again, who may have got values of another that was merged into it."""
        Prompts(self._backend).put(keys_in({"id": user_id}))

    def _send_anew(self, user_id: int) -> None:
        """Send a contact anew that was linked to the deleted user meanwhile."""
        links = self._bindings._of_user(self._backend, user_id)
        if partners := links.partner_id:
            links._forget()
            self._env["usercom.outbox"]._enqueue(partners.ids, self._backend)


def _removal(row: Any, user_id: int) -> Remove:
    is_deleted = row.operation == "delete"
    return Remove(user_id, delete=is_deleted, reads_first=is_deleted and bool(row.partner_id))


def _merge(row: Any, parents: dict[int, Identity]) -> MergeUsers:
    parent_id = row.into_external_id
    identity, reads_first = parents.get(parent_id, Identity()), bool(row.sudo().known)
    return MergeUsers(parent_id, row.external_id, identity, reads_first)


def _is_in_use(link: Any) -> bool:
    return bool(link and link.external_id and link.state != "gone" and not link.left_at)


# ---- successors ----
# Contacts A and B are merged in Odoo, and so are their users to be, into that of A. But that one
# was deleted at User.com first. Then A is the user of B from now on.


class Successors:
    """Finds and links the successors of users of one account."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._bindings = backend.env["usercom.binding"]

    def identities(self, user_ids: Iterable[int]) -> dict[int, Identity]:
        """By what else the contacts of these users are known at User.com."""
        linked = [("backend_id", "=", self._backend.id), ("external_id", "in", list(user_ids))]
        identity = ContactIdentity(self._backend)
        return {
            link.external_id: replace(
                identity.of(self._backend._with_account_context(link.partner_id), link),
                user_id=None,
            )
            for link in self._bindings.search(linked)
        }

    def link(self, link: Any, successor: User, origin: Origin) -> None:
        """Have the ``link`` of a contact lead to the ``successor``, and bring both together."""
        backend = self._backend
        # Its contact was merged away, so it has been remembered as nobody's.
        backend.env["usercom.tombstone"]._forget_users(backend, [successor.id])
        base = self._base(link, successor)
        link.write({"external_id": successor.id, "unconfirmed": False})
        link._store_base(base)
        Importer(backend, origin=origin).merge_contact(link.partner_id, successor)

    def _base(self, link: Any, user: User) -> Base:
        """What the user has where Odoo has a value: Odoo's is sent, as the parent's values win.

        So it is with what was agreed on with the former user and removed in Odoo since. Consents
        are weighed as between two that were never linked: a "no" of either wins.
        """
        partner, agreed = self._backend._with_account_context(link.partner_id), link._last_base()
        comparison = Comparison(
            self._backend._active_mappings(), partner, Memberships(self._backend)
        )
        sides = comparison.sides(partner, user, Base())
        consents = {rule.key for rule in comparison.rules if rule.consent}
        return Base(
            {
                key: value
                for key, value in sides.usercom.items()
                if key not in consents
                and (sides.odoo.get(key) not in EMPTY or agreed.get(key) == value)
            }
        )
