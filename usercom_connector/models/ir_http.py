from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        result = super()._pre_dispatch(rule, args)
        if rule.endpoint.routing.get("keep_raw_body"):
            # Odoo parses form-encoded bodies away before the controller runs.
            request.httprequest.get_data(cache=True)
        return result
