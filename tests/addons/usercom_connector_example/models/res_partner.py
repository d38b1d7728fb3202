from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    example_tag_count = fields.Integer("Number of Tags", compute="_compute_example_tag_count")
    example_sync = fields.Char("Last Sync", copy=False)

    @api.depends("category_id")
    def _compute_example_tag_count(self):
        for partner in self:
            partner.example_tag_count = len(partner.category_id)
