from werkzeug.exceptions import RequestEntityTooLarge

from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        result = super()._pre_dispatch(rule, args)
        if rule.endpoint.routing.get("keep_raw_body"):
            cls._keep_raw_body()
        return result

    @classmethod
    def _keep_raw_body(cls):
        """Read the body now: Odoo parses a form-encoded one away before the controller runs."""
        try:
            request.httprequest.get_data(cache=True)
        except RequestEntityTooLarge:
            answer = request.make_json_response({"status": "too_large"}, status=413)
            raise RequestEntityTooLarge(response=answer) from None
