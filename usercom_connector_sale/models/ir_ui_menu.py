from odoo import models

ORDER_MENUS = ("menu_usercom_order_history", "menu_usercom_order_stage")


class IrUiMenu(models.Model):
    """What is about orders has menus only where an account sends them."""

    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        hidden = super()._load_menus_blacklist()
        if self.env["usercom.backend"].sudo().search_count([("sends_orders", "=", True)], limit=1):
            return hidden
        menus = [self.env.ref(f"usercom_connector_sale.{name}", False) for name in ORDER_MENUS]
        return [*hidden, *(menu.id for menu in menus if menu)]
