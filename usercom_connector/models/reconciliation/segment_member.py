from odoo import fields, models


class UsercomSegmentMember(models.Model):
    """A contact that has the tag of a segment, because its user was in the segment."""

    _name = "usercom.segment.member"
    _inherit = "usercom.about.contact"
    _description = "User.com Segment Member"
    _rec_name = "partner_id"
    _fixed_fields = ("segment_id",)

    segment_id = fields.Many2one(
        "usercom.segment", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Contact", required=True, readonly=True, index=True, ondelete="cascade"
    )
    reading = fields.Integer(readonly=True, help="The last reading that has met the user.")

    _member_uniq = models.UniqueIndex("(segment_id, partner_id)")
