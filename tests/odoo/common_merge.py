"""Contacts merged by Odoo's own wizard."""

from .common import UsercomCase


class MergeCase(UsercomCase):
    def merge(self, *contacts):
        """Merge with Odoo's wizard; the last contact survives."""
        partners = self.env["res.partner"].union(*contacts)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(partners.ids, contacts[-1])
        self.env.flush_all()

    def come_to_rest(self):
        """What waits is tried again and again, as in the minutes that follow."""
        for _run in range(4):
            self.pass_time()
            for queue in ("usercom.inbox", "usercom.outbox"):
                self.env[queue].search([("state", "=", "pending")]).next_attempt_at = False
            self.drain()

    def unlinked(self, **values):
        """A contact that User.com knows nothing of."""
        self.backend.state = "authenticated"
        contact = self.contact(**values)
        self.env.cr.flush()
        self.backend.state = "running"
        return contact
