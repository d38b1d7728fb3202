from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings → User.com → Consents."""

    _inherit = "res.config.settings"

    usercom_email_consent_id = fields.Many2one(
        "usercom.field.mapping",
        "E-mail Consent",
        domain="[('is_consent', '=', True), ('backend_id.company_id', '=', company_id)]",
    )
    usercom_unsubscribe_policy = fields.Selection(
        selection=lambda self: (
            self.env["usercom.backend"]
            ._fields["unsubscribe_policy"]
            ._description_selection(self.env)
        ),
        string="Write to User.com",
    )
    usercom_opt_out_lists = fields.Char("Mailing Lists to Opt Out Of")
