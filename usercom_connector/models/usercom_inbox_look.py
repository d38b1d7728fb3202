from datetime import timedelta

from odoo import api, fields, models

from ..services.email_addresses import normalized

LOOK_EVERY = timedelta(minutes=1)
SOON = timedelta(seconds=2)


class UsercomInbox(models.Model):
    """A user whose contact is another user already: that one may have been merged into it.

    Then nobody tells of the other any more. It is read before a person is asked to merge the two,
    once a minute at most, however many calls come.
    """

    _inherit = "usercom.inbox"

    def _settle(self, task, user):
        is_itself = user and task.job.identity.user_id in (None, user.id)
        holder = self._holder(user) if is_itself and not self.partner_id else None
        if holder and (later := self._after_look(holder)):
            return self._put_back(next_attempt_at=later)
        return super()._settle(task, user)

    def _holder(self, user):
        """The contact that has the address of ``user``, whom nobody has, and is another user."""
        Binding = self.env["usercom.binding"]
        email = normalized(user.email)
        if not email or Binding._of_user(self.backend_id, user.id):
            return None
        ours = [("backend_id", "=", self.backend_id.id), ("external_id", ">", 0)]
        same = [("state", "!=", "gone"), ("partner_id.email_normalized", "=", email)]
        link = Binding.search([*ours, *same], limit=1)
        return None if link and link._is_second(user) else link.partner_id

    def _settle_imported(self, user, taken):
        if taken.is_another and (later := self._after_look(taken.partner)):
            return self._put_back(error="\n".join(taken.problems), next_attempt_at=later)
        return super()._settle_imported(user, taken)

    @api.model
    def _settle_met(self, backend, user, taken, rows):
        if taken.is_another and not rows:
            return self._ask_about(backend, user)
        return super()._settle_met(backend, user, taken, rows)

    def _after_look(self, partner):
        """When to try again, the user of ``partner`` being read first; None once it has been."""
        look, now = self._look_at(partner), fields.Datetime.now()
        if look.state == "pending":
            return (look.next_attempt_at or now) + SOON
        newest = max(max(row.id, row.serial) for row in self)  # both are of one sequence
        is_later = look.id > newest or look.write_date >= max(self.mapped("create_date"))
        return None if is_later else look.write_date + LOOK_EVERY

    def _look_at(self, partner):
        """The read of the user of ``partner``: one that waits, or the last, or a new one."""
        backend, earliest = self.backend_id, fields.Datetime.now() - LOOK_EVERY
        binding = self.env["usercom.binding"]._of(backend, partner)[partner.id]
        keys = self._keys_of(backend, partner, binding)
        about = [("backend_id", "=", backend.id), ("user_ref", "=", keys["user_ref"])]
        last = self.search(about, limit=1)
        if last and (last.state == "pending" or last.write_date > earliest):
            return last
        return self.create({"backend_id": backend.id, "partner_id": partner.id, **keys})

    @api.model
    def _ask_about(self, backend, user):
        """Have ``user`` read by itself; a row that has told of it already goes round again."""
        about = [("backend_id", "=", backend.id), ("external_id", "=", user.id)]
        row = self.search([*about, ("state", "in", ("pending", "failed"))], limit=1)
        if row.state == "failed":
            row._put_back(attempts=0, next_attempt_at=False, tried_since=False)
        elif not row:
            self._put(backend, self._keys_in({"id": user.id, "email": user.email}))
