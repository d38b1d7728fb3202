from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    example_greeting = fields.Char("Greeting", compute="_compute_example_greeting")
    example_place = fields.Char("Place", help="Latitude and longitude, such as 52.23, 21.01")
    example_sync = fields.Char("Last Sync", copy=False)

    @api.depends("function", "name")
    def _compute_example_greeting(self):
        for partner in self:
            partner.example_greeting = " ".join(
                filter(None, ["Dear", partner.function, partner.name])
            )
