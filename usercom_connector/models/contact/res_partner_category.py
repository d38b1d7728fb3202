from odoo import api, models

from ...services.mapping.all_groups import pair_new_groups


class ResPartnerCategory(models.Model):
    """A new tag of contacts is paired where an account wants all tags."""

    _inherit = "res.partner.category"

    @api.model_create_multi
    def create(self, vals_list):
        categories = super().create(vals_list)
        pair_new_groups(categories, "usercom.tag.mapping")
        return categories
