from odoo import models


class ResPartner(models.Model):
    """A contact that is deleted does not come back from User.com."""

    _inherit = "res.partner"

    def unlink(self):
        self.env["usercom.tombstone"].sudo()._bury(self)
        return super().unlink()
