from odoo import http
from odoo.http import request

MAX_BODY = 2**20

ANSWERS = {
    "accepted": 200,
    "unauthorized": 401,
    "malformed": 400,
    "never_run": 409,
}


class UsercomWebhook(http.Controller):
    @http.route(
        ["/usercom/webhook", "/usercom/webhook/<string:token>"],
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=MAX_BODY,
        keep_raw_body=True,
    )
    def webhook(self, token=None, **_query):
        """Store what User.com's automation tells us; everything else happens in the drain."""
        token = request.httprequest.headers.get("X-Usercom-Token") or token
        status = request.env["usercom.inbox"].sudo()._receive(token, request.httprequest.get_data())
        return request.make_json_response({"status": status}, status=ANSWERS[status])
