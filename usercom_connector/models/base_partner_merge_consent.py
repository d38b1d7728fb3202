from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Contacts that are merged keep the strictest of what they said: no merge is a "yes"."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        # Before their logs become one.
        consents = self.env["usercom.field.mapping"]._consents()
        strictest = {
            mapping.id: mapping._strictest(dst_partner, src_partners) for mapping in consents
        }
        super()._update_foreign_keys(src_partners, dst_partner)
        self.env.context["usercom_strictest"].update(strictest)

    def _update_values(self, src_partners, dst_partner):
        super()._update_values(src_partners, dst_partner.with_context(usercom_merge=True))
        origin = {"usercom_origin": {"origin": "merge"}}
        for mapping in self.env["usercom.field.mapping"].with_context(**origin)._consents():
            mapping._settle_merged(dst_partner, self.env.context["usercom_strictest"][mapping.id])

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        merging = self.with_context(usercom_merge=True, usercom_strictest={})
        return super(BasePartnerMergeAutomaticWizard, merging)._merge(
            partner_ids, dst_partner, extra_checks
        )
