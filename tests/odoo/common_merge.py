"""Contacts merged by Odoo's own wizard."""

from .common import UsercomCase


class MergeCase(UsercomCase):
    def merge(self, *contacts):
        """Merge with Odoo's wizard; the last contact survives."""
        partners = self.env["res.partner"].union(*contacts)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(partners.ids, contacts[-1])
        self.env.flush_all()

    def unlinked(self, **values):
        """A contact that User.com knows nothing of."""
        self.backend.state = "authenticated"
        contact = self.contact(**values)
        self.env.cr.flush()
        self.backend.state = "running"
        return contact
