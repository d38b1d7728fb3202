from odoo import api, fields, models
from odoo.tools import SQL

from ..usercom.excerpts import readable


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

    def _without_waiting(self):
        """Leave the youngest row of each contact, and none where another waits already."""
        waiting = self.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("state", "=", "pending"),
                ("claimed_at", "=", False),
                ("id", "not in", self.ids),
            ]
        )
        taken = {(row.backend_id, row.partner_id) for row in waiting}
        free = self.browse()
        for row in self.sorted("id", reverse=True):
            place = (row.backend_id, row.partner_id)
            if not row.partner_id or place not in taken:
                free += row
                taken.add(place)
        (self - free)._finish()
        return free

    @api.model
    def _disposable(self):
        return SQL("partner_id IS NOT NULL")  # the others keep the deleted from coming back

    def _release(self):
        return super(UsercomOutbox, self._without_waiting())._release()

    def _postpone(self, seconds):
        return super(UsercomOutbox, self._without_waiting())._postpone(seconds)
