from odoo import fields, models


class UsercomMembership(models.Model):
    """A User.com user who is a member of a linked company, as the contact is in Odoo."""

    _name = "usercom.membership"
    _inherit = "usercom.guarded"
    _description = "User.com Membership"
    _rec_name = "binding_id"
    _fixed_fields = ("link_id",)

    link_id = fields.Many2one("usercom.company", "Company", required=True, ondelete="cascade")
    binding_id = fields.Many2one(
        "usercom.binding", "Linked Contact", required=True, index=True, ondelete="cascade"
    )
    external_id = fields.Integer("User.com ID", aggregator=False)
    is_ours = fields.Boolean(
        "Made by Odoo", help="One that User.com has made by itself is never ended by Odoo."
    )

    is_tried = fields.Boolean(
        "Called For", help="User.com was called to make it, and the answer is not known."
    )
    has_left = fields.Boolean(
        "Left in Odoo",
        help="The contact belongs to another company in Odoo now. That User.com may still show the "
        "user as a member is no reason to restore it.",
    )

    def _user_id(self):
        """The id of the user who is the member, or is about to become it."""
        return self.external_id or self.binding_id.external_id

    def _is_known(self):
        """Whether User.com was seen to have it, and Odoo has not ended it."""
        return bool(self.external_id) and not self.has_left

    _member_uniq = models.Constraint(
        "unique (link_id, binding_id)", "A contact is a member of a company once."
    )
