from odoo import fields, models

from odoo.addons.usercom_connector.models.backend.res_config_settings import account_options


class ResConfigSettings(models.TransientModel):
    """Settings → User.com → Orders."""

    _inherit = "res.config.settings"

    usercom_sends_orders = fields.Boolean("Send Orders")
    usercom_order_amounts = fields.Selection(account_options("order_amounts"), "Amounts of Orders")
    usercom_product_id_rule = fields.Selection(
        account_options("product_id_rule"), "Product ID in User.com"
    )
    usercom_product_id_prefix = fields.Char("Prefix of the Product ID", size=64)

    def action_usercom_order_history(self):
        self._usercom_save()
        return self.env["usercom.order.history"].action_open()

    def action_usercom_order_stages(self):
        self._usercom_save()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "usercom_connector_sale.usercom_order_stage_action"
        )
