from io import BytesIO

from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

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
            if request.httprequest.content_length is None:
                cls._keep_chunked_body(request.httprequest.max_content_length)
            request.httprequest.get_data(cache=True)
        except RequestEntityTooLarge:
            answer = request.make_json_response({"status": "too_large"}, status=413)
            raise RequestEntityTooLarge(response=answer) from None

    @classmethod
    def _keep_chunked_body(cls, limit):
        """Read a body of unknown length, which werkzeug would cut at the limit, or read whole."""
        wrapped = request.httprequest._HTTPRequest__wrapped
        wrapped.max_content_length = limit + 1
        body = bytearray()
        try:
            while piece := wrapped.stream.read(limit + 1 - len(body)):
                body += piece
        except OSError:
            raise BadRequest("The chunks of the body cannot be read.") from None
        if len(body) > limit:
            raise RequestEntityTooLarge
        wrapped.stream = BytesIO(body)
