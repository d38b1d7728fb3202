from odoo import fields, models


class UsercomHold(models.Model):
    """Until when User.com wants no calls of an account; see ``SharedHold``.

    Not a part of the account's own record, which people edit while this is written.
    """

    _name = "usercom.hold"
    _inherit = "usercom.guarded"
    _description = "User.com Hold"
    _rec_name = "backend_id"

    backend_id = fields.Many2one("usercom.backend", required=True, ondelete="cascade")
    held_until = fields.Datetime()

    _backend_uniq = models.Constraint("unique (backend_id)", "An account has one hold.")
