from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Settle links and queue first: Odoo would move them by SQL, and delete what collides."""
        partners = src_partners + dst_partner
        self.env["usercom.outbox"].sudo()._drop_waiting(partners)
        self.env["usercom.binding"].sudo()._merge_contacts(src_partners, dst_partner)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        if self.env["usercom.backend"]._watched_fields():
            self.env["usercom.outbox"]._enqueue_later(dst_partner.ids)
        return result
