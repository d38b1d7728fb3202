from odoo import api, fields, models
from odoo.exceptions import ValidationError


class UsercomTagMapping(models.Model):
    """A tag of contacts and a tag of User.com that the same people have."""

    _name = "usercom.tag.mapping"
    _inherit = "usercom.group.mapping"
    _description = "User.com Tag Mapping"
    _order = "id"
    _kind = "tags"
    _group_field = "category_id"
    _contact_field = "category_id"
    _all_field = "all_tags"
    _prefix_field = "tag_prefix"
    _pairs_field = "tag_mapping_ids"
    _action = "usercom_connector.usercom_tag_mapping_action"

    category_id = fields.Many2one(
        "res.partner.category", "Tag in Odoo", required=True, index=True, ondelete="cascade"
    )
    label_id = fields.Many2one(
        string="Tag in User.com",
        domain="[('backend_id', '=', backend_id), ('kind', '=', 'tags')]",
        help="A tag that User.com does not have yet is created there for the first user who gets "
        "it.",
    )

    _category_uniq = models.Constraint(
        "unique (backend_id, category_id)", "A tag can be paired only once."
    )
    _label_uniq = models.Constraint(
        "unique (backend_id, label_id)", "A tag of User.com can be paired only once."
    )

    def _label(self):
        return self.env._("Tag: %s", self._group_name())

    def _gone_text(self):
        return self.env._(
            "This tag was deleted in User.com. Contacts keep it in Odoo, and it is neither sent "
            "nor received. Choose another tag of User.com, or delete the pair. If you have created "
            "the tag in User.com again, press Refresh in the list."
        )

    def _archived_text(self):
        return self.env._("This tag is archived in Odoo, so nobody gets or loses it.")

    @api.model
    def _never_paired(self):
        tagging = self.env["usercom.segment"].sudo().search([("category_id", "!=", False)])
        return tagging.category_id

    @api.constrains("category_id")
    def _check_category(self):
        tags = self._never_paired()
        for pair in self.filtered(lambda pair: pair.category_id in tags):
            raise ValidationError(
                self.env._(
                    "“%s” is the tag of a segment, so it cannot be paired.", pair._group_name()
                )
            )
