from odoo import api, fields, models


class UsercomTagMapping(models.Model):
    """A tag of contacts and a tag of User.com that the same people have."""

    _name = "usercom.tag.mapping"
    _inherit = "usercom.group.mapping"
    _description = "User.com Tag Mapping"
    _order = "id"
    _kind = "tags"
    _group_field = "category_id"
    _contact_field = "category_id"

    category_id = fields.Many2one(
        "res.partner.category", "Tag in Odoo", required=True, index=True, ondelete="cascade"
    )
    label_id = fields.Many2one(
        string="Tag in User.com",
        domain="[('backend_id', '=', backend_id), ('kind', '=', 'tags')]",
        help="A tag that User.com does not have yet is created there for the first user who gets "
        "it.",
    )
    is_archived = fields.Boolean("Tag Is Archived", compute="_compute_is_archived")

    _category_uniq = models.Constraint(
        "unique (backend_id, category_id)", "A tag can be paired only once."
    )
    _label_uniq = models.Constraint(
        "unique (backend_id, label_id)", "A tag of User.com can be paired only once."
    )

    @api.depends("category_id.active")
    def _compute_is_archived(self):
        for mapping in self:
            mapping.is_archived = bool(mapping.category_id) and not mapping.category_id.active

    @api.depends("category_id", "label_id")
    def _compute_display_name(self):
        for mapping in self:
            mapping.display_name = f"{mapping.category_id.display_name} ↔ {mapping.label_id.name}"

    def _label(self):
        return self.env._("Tag: %s", self.category_id.display_name)

    def action_fetch_tags(self):
        """Fetch the tags of the current company's account again; returns a notification."""
        self.check_access("read")
        return self.env["usercom.field.mapping"]._connected_account().action_fetch_tags()
