from odoo import http
from odoo.http import content_disposition, request

from ..models.common.export_right import check_may_export
from ..services.initial_sync.report import SyncReport


class UsercomSync(http.Controller):
    @http.route("/usercom/sync/<model('usercom.sync'):sync>", type="http", auth="user")
    def people(self, sync):
        """The people of an initial sync as a spreadsheet: its preview, or its report."""
        sync.check_access("read")
        check_may_export(request.env)
        headers = [
            (
                "Content-Type",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            ("Content-Disposition", content_disposition(f"usercom-sync-{sync.id}.xlsx")),
        ]
        return request.make_response(SyncReport(sync).as_spreadsheet(), headers)
