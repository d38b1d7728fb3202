from odoo import api, fields, models


class BaseModuleUninstall(models.TransientModel):
    _inherit = "base.module.uninstall"

    removes_usercom = fields.Boolean(compute="_compute_removes_usercom")

    @api.depends("module_ids")
    def _compute_removes_usercom(self):
        for wizard in self:
            names = wizard._get_modules().mapped("name")
            wizard.removes_usercom = "usercom_connector" in names
