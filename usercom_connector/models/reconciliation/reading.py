from odoo import fields, models


class UsercomReading(models.AbstractModel):
    """How far a list of User.com's users has been read: the next page, committed with each page.

    Pages come in no promised order, so a time within a range would not tell what is still to come.
    Not a part of the account's own record, which people edit while this is written all the time.
    """

    _name = "usercom.reading"
    _inherit = ["usercom.guarded", "usercom.page.guard"]
    _description = "User.com List That Is Read"

    backend_id = fields.Many2one("usercom.backend", "Account", required=True, ondelete="cascade")
    is_open = fields.Boolean("Under Way", readonly=True, copy=False)
    since = fields.Datetime(readonly=True, copy=False)
    until = fields.Datetime(readonly=True, copy=False)
    next_page = fields.Char(readonly=True, copy=False)
    started_at = fields.Datetime("Started", readonly=True, copy=False)
    ended_at = fields.Datetime(
        "Last Read", readonly=True, copy=False, help="When it was last read to its end."
    )
    read_until = fields.Datetime(
        readonly=True, copy=False, help="What was changed before is known."
    )
    newest_prompt = fields.Integer(
        readonly=True, copy=False, help="The last inbox entry when it began."
    )
    error = fields.Text(readonly=True, copy=False)
