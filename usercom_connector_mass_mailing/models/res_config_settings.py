from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings → User.com: mailing lists."""

    _inherit = "res.config.settings"

    usercom_opt_out_lists = fields.Char("Mailing Lists to Opt Out Of")
    usercom_all_lists = fields.Boolean("All Mailing Lists")
    usercom_list_prefix = fields.Char("Lists Begin With")
