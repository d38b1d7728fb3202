from odoo import models


class ResPartner(models.Model):
    """A contact that is deleted is erased: Odoo's Privacy Lookup does no more than delete it."""

    _inherit = "res.partner"

    def unlink(self):
        if not self.env.context.get("usercom_merge"):
            self.sudo()._usercom_erase()
        return super().unlink()

    def _usercom_erase(self):
        """Remove what the queues hold of these people; leave tombstones that name nobody.

        Their links and what waits to be sent go with the contacts, and the consent log names them
        no more.
        """
        self.env["usercom.inbox"]._erase(self)
        self.env["usercom.tombstone"]._bury(self, erased=True)
