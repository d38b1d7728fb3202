from odoo import models

from ...services.queue.holds import ModuleOperation


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def _button_immediate_function(self, function):
        """Install, upgrade or remove apps although accounts have work: their drains make room."""
        with ModuleOperation(self.env).announced():
            return super()._button_immediate_function(function)
