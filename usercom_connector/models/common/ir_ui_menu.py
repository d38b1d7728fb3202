from odoo import models

COMPANY_MENUS = ("menu_usercom_company", "menu_usercom_company_mapping")


class IrUiMenu(models.Model):
    """What is about companies has menus only where an account synchronizes them."""

    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        hidden = super()._load_menus_blacklist()
        if self.env["usercom.backend"]._syncs_companies():
            return hidden
        menus = [self.env.ref(f"usercom_connector.{name}", False) for name in COMPANY_MENUS]
        return [*hidden, *(menu.id for menu in menus if menu)]
