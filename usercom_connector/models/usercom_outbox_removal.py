from odoo import api, fields, models
from odoo.fields import Domain

from ..services.consent_origin import consent_origin
from ..services.successors import Successors
from ..services.task import Task
from ..usercom.jobs import Identity, MergeUsers, Push, Remove


class UsercomOutbox(models.Model):
    """Users whose contact left: archived, deleted, merged away or no longer taking part."""

    _inherit = "usercom.outbox"

    # ---- filling ----

    @api.model
    def _bury(self, partners):
        """The contacts are about to be deleted: note what their users need."""
        linked = self.env["usercom.binding"].search(
            [
                ("partner_id", "in", partners.ids),
                ("external_id", ">", 0),
                ("state", "!=", "gone"),
                ("left_at", "=", False),  # the policy is followed once
                ("backend_id.removal_policy", "!=", "keep"),
            ]
        )
        burials = [self._burial(link.backend_id, link.external_id) for link in linked]
        self.create(burials).backend_id._wake()

    @api.model
    def _burial(self, backend, user_id):
        return {
            "backend_id": backend.id,
            "external_id": user_id,
            "operation": backend.removal_policy,
        }

    @api.model
    def _forsake(self, backend, job, pushed):
        """The contact of a push was deleted while it ran: a user it has created was never linked,
        and is treated as if it had been.
        """
        if isinstance(job, Push) and not job.identity.user_id and pushed and pushed.user:
            self.env["usercom.tombstone"]._bury_users(backend, [pushed.user.id])
            if backend.removal_policy != "keep":
                self.create(self._burial(backend, pushed.user.id))

    @api.model
    def _enqueue_merge(self, backend, user_id, lost_ids):
        """Queue the merge of users into the one whose contact survived."""
        self.env["usercom.tombstone"]._bury_users(backend, lost_ids)
        rows = self.create(
            [
                {
                    "backend_id": backend.id,
                    "external_id": lost_id,
                    "into_external_id": user_id,
                    "operation": "merge",
                }
                for lost_id in lost_ids
            ]
        )
        rows.backend_id._wake()

    # ---- draining ----

    def _note_return(self, bindings):
        """These contacts take part: whoever had left is back."""
        back = [link.id for link in bindings.values() if link.left_at]
        self.env["usercom.binding"].browse(back).left_at = False
        self.filtered(lambda row: row.operation != "sync").operation = "sync"

    def _leaving_tasks(self, backend):
        """The tasks of contacts that take no part; who never did, or left before, needs none."""
        bindings = self.env["usercom.binding"]._of(backend, self.partner_id)
        leaving = self.filtered(lambda row: _is_in_use(bindings.get(row.partner_id.id)))
        (self - leaving)._finish()
        leaving.operation = backend.removal_policy
        links = {row: bindings[row.partner_id.id] for row in leaving}
        if backend.removal_policy == "keep":
            self.env["usercom.binding"].concat(*links.values()).left_at = fields.Datetime.now()
            leaving._finish()
            return []
        return [Task(row, row._removal(link.external_id)) for row, link in links.items()]

    def _buried_tasks(self):
        """The tasks of rows without a contact; a user who has found another contact is left be."""
        reused = self.env["usercom.binding"].search(
            Domain("backend_id", "in", self.backend_id.ids)
            & Domain("external_id", "in", self.mapped("external_id"))
        )
        taken = self.filtered(lambda row: row.external_id in reused.mapped("external_id"))
        taken._finish(operation="keep")
        parents = set(filter(None, self.mapped("into_external_id")))
        identities = Successors(self.backend_id).identities(parents) if parents else {}
        return [
            Task(row, row._removal(row.external_id, identities.get(row.into_external_id)))
            for row in self - taken
        ]

    def _removal(self, user_id, parent=None):
        if self.operation == "merge":
            return MergeUsers(self.into_external_id, user_id, parent or Identity())
        return Remove(user_id, delete=self.operation == "delete")

    def _settle_removal(self, successor=None):
        """Record that the user is dealt with; ``successor`` takes the place of a gone parent."""
        link = self.env["usercom.binding"]._of(self.backend_id, self.partner_id)
        for binding in link.values():
            if self.operation == "delete":
                binding._forget()
            else:
                binding.left_at = fields.Datetime.now()
        if self.operation == "unsubscribe":
            self.backend_id._leave_unsubscribed(self.partner_id)
        if successor:
            origin = consent_origin(self, successor)
            Successors(self.backend_id).link(self.into_external_id, successor, origin)
        elif self.operation == "merge":
            self._read_again()
        if self.operation == "delete":
            self._part_from_deleted()
        self._finish(sent={"unsubscribed": True} if self.operation == "unsubscribe" else None)

    def _part_from_deleted(self):
        """Who was linked to the deleted user meanwhile, a person entered anew, is sent anew."""
        met = self.env["usercom.binding"]._of_user(self.backend_id, self.external_id)
        if partners := met.partner_id:
            met._forget()
            self._enqueue(partners.ids, self.backend_id)

    def _was_taken_away(self, user):
        """Whether ``user``, found for this row, has been deleted or merged away since."""
        domain = [
            ("backend_id", "=", self.backend_id.id),
            ("partner_id", "=", False),
            ("external_id", "=", user.id),
            ("operation", "in", ("delete", "merge")),
            ("state", "=", "done"),
            ("write_date", ">=", self.claimed_at),
        ]
        return bool(self.search_count(domain, limit=1))

    def _read_again(self):
        """A user that another was merged into may know more than before."""
        Inbox = self.env["usercom.inbox"]
        Inbox._put(self.backend_id, Inbox._keys({"user": {"id": self.into_external_id}}))


def _is_in_use(binding):
    return binding and binding.external_id and binding.state != "gone" and not binding.left_at
