from odoo import fields, models


class UsercomPageGuard(models.AbstractModel):
    """A list of users that is read page by page: what ``PageGuard`` knows across dead workers."""

    _name = "usercom.page.guard"
    _description = "User.com List Whose Users May End the Worker"

    page_tries = fields.Integer(
        readonly=True, copy=False, help="How often the page was begun since one was finished."
    )
    suspect_id = fields.Integer(
        readonly=True, copy=False, help="The user who was being settled alone."
    )
    deadly_ids = fields.Json(readonly=True, copy=False, help="Users of the page that are left out.")
