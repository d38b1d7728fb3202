import logging
import re
import threading

from odoo import http
from odoo.http import request

MAX_BODY = 2**20
PATH = "/usercom/webhook"
TOKEN_IN_PATH = re.compile(r"(/usercom/+webhook/+)[^\s?\"]+")

ANSWERS = {
    "accepted": 200,
    "unauthorized": 401,
    "malformed": 400,
    "never_run": 409,
}


class HideToken(logging.Filter):
    """Keeps the token that may stand in the path out of the server's access log."""

    def filter(self, record):
        record.msg = self._hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(self._hidden, record.args))
        return True

    @staticmethod
    def _hidden(value):
        return TOKEN_IN_PATH.sub(r"\1***", value) if isinstance(value, str) else value


logging.getLogger("werkzeug").addFilter(HideToken())


class UsercomWebhook(http.Controller):
    @http.route(
        [PATH, f"{PATH}/<string:token>"],
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
        threading.current_thread().url = PATH  # which Odoo logs for a request that takes long
        token = request.httprequest.headers.get("X-Usercom-Token") or token
        status = request.env["usercom.inbox"].sudo()._receive(token, request.httprequest.get_data())
        return request.make_json_response({"status": status}, status=ANSWERS[status])
