from odoo import api, fields, models

from ..usercom.redaction import readable


class UsercomOutbox(models.Model):
    """The outbox as people see it, and the rows that go round again."""

    _inherit = "usercom.outbox"

    sent_text = fields.Text(
        "What Was Sent",
        compute="_compute_texts",
        groups="usercom_connector.group_usercom_manager",
    )
    answer_text = fields.Text(
        "What Came Back",
        compute="_compute_texts",
        groups="usercom_connector.group_usercom_manager",
    )

    @api.depends("sent", "answer")
    def _compute_texts(self):
        for row in self:
            row.sent_text = readable(row.sent)
            row.answer_text = readable(row.answer)

    @api.depends("partner_id", "external_id")
    def _compute_display_name(self):
        for row in self:
            user = self.env._("User.com user %s", row.external_id)
            row.display_name = row.partner_id.display_name or user
