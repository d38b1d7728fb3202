from odoo import fields, models

from .res_config_settings import account_options


class ResConfigSettings(models.TransientModel):
    """Settings → User.com → Consents."""

    _inherit = "res.config.settings"

    usercom_email_consent_id = fields.Many2one(
        "usercom.field.mapping",
        "E-mail Consent",
        domain="[('is_consent', '=', True), ('backend_id.company_id', '=', company_id)]",
    )
    usercom_unsubscribe_policy = fields.Selection(
        account_options("unsubscribe_policy"), "Write to User.com"
    )
    usercom_opt_out_lists = fields.Char("Mailing Lists to Opt Out Of")
