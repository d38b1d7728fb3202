from odoo import http
from odoo.http import request

from ..services.account.health import health, is_moving


class UsercomHealth(http.Controller):
    @http.route("/usercom/health", type="http", auth="none", methods=["GET"], save_session=False)
    def health(self):
        """200 while the accounts move, else 503; more only to who has an account's webhook token.

        Strangers learn neither whose accounts these are, nor how many, nor what is wrong.
        """
        backends = request.env["usercom.backend"].sudo()
        token = request.httprequest.headers.get("X-Usercom-Token")
        if token and (backend := backends._by_webhook_token(token)):
            report = health(backend)
            level = report.pop("level")
        else:
            report, level = {}, "ok" if is_moving(backends.env) else "critical"
        status = 503 if level == "critical" else 200
        return request.make_json_response({"status": level, **report}, status=status)
