import logging
import re
import threading
import time
from urllib.parse import unquote

from odoo import http
from odoo.http import request

from ..services.inbox.webhook import WebhookCalls

MAX_BODY = 2**20
PATH = "/usercom/webhook"
WORD = re.compile(r"[^\s\"']+")

ANSWERS = {
    "accepted": 200,
    "unauthorized": 401,
    "malformed": 400,
    "never_run": 409,
    "too_many": 429,
}


class HideToken(logging.Filter):
    """Keeps the token out of the server's access log, however the path was written."""

    def filter(self, record):
        record.msg = self._hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(self._hidden, record.args))
        return True

    @classmethod
    def _hidden(cls, value):
        is_ours = isinstance(value, str) and _names_webhook(value)
        return WORD.sub(cls._hidden_word, value) if is_ours else value

    @staticmethod
    def _hidden_word(match):
        word = match[0]
        return f"{PATH}/***" if word != PATH and _names_webhook(word) else word


def _names_webhook(text):
    """Whether ``text`` may be a way to the webhook: ``//usercom/%2577ebhook?token=…``, too."""
    for _time in range(4):
        text = unquote(text)
    text = text.casefold()
    return "usercom" in text and "webhook" in text


for _name in ("werkzeug", "odoo.service.server"):  # with threads or workers, with gevent
    logging.getLogger(_name).addFilter(HideToken())


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
    def webhook(self, **_parameters):
        """Store what User.com's automation tells us; everything else happens in the drain."""
        threading.current_thread().url = PATH  # which Odoo logs for a request that takes long
        token = request.httprequest.headers.get("X-Usercom-Token") or self._token_in_path()
        status = WebhookCalls(request.env(su=True)).receive(token, request.httprequest.get_data())
        headers = {"Retry-After": 60 - int(time.time()) % 60} if status == "too_many" else None
        return request.make_json_response({"status": status}, headers, status=ANSWERS[status])

    @staticmethod
    def _token_in_path():
        """The token as it stands in the path; none where that, or a query, spells it otherwise.

        What a proxy or a server logs of such a call nobody would know to hide.
        """
        http_request = request.httprequest
        raw = http_request.environ.get("REQUEST_URI") or http_request.path
        is_plain = raw.partition("?")[0] == http_request.path
        return http_request.path.removeprefix(PATH).removeprefix("/") if is_plain else None
