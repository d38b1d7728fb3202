from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings → User.com → Consents → Mailing lists."""

    _inherit = "res.config.settings"

    usercom_opt_out_lists = fields.Char("Mailing Lists to Opt Out Of")
