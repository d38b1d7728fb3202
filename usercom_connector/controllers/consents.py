from odoo import http
from odoo.http import content_disposition, request

from ..models.common.export_right import check_may_export


class UsercomConsents(http.Controller):
    @http.route("/usercom/consents/<model('res.partner'):partner>", type="http", auth="user")
    def consents(self, partner):
        """What one contact said about each consent, as a table: the person's right of access."""
        partner.check_access("read")
        check_may_export(request.env)
        table = partner.usercom_consent_log_ids._as_csv()
        headers = [
            ("Content-Type", "text/csv; charset=utf-8"),
            ("Content-Disposition", content_disposition(f"consents-{partner.id}.csv")),
        ]
        return request.make_response(table, headers)
