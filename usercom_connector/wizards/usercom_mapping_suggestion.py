from odoo import fields, models


class UsercomMappingSuggestion(models.TransientModel):
    """Pairs to be looked over before they become mappings."""

    _name = "usercom.mapping.suggestion"
    _inherit = "usercom.guarded"
    _description = "Suggested User.com Mappings"
    _is_made_by_people = True

    backend_id = fields.Many2one("usercom.backend", required=True, ondelete="cascade")
    line_ids = fields.One2many("usercom.mapping.suggestion.line", "suggestion_id", "Pairs")

    def action_add(self):
        """Make the pairs that are left into mappings."""
        self.check_access("write")
        self.env["usercom.field.mapping"].create(
            [
                {
                    "backend_id": self.backend_id.id,
                    "field_id": line.field_id.id,
                    "attribute_id": line.attribute_id.id,
                }
                for line in self.line_ids
            ]
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class UsercomMappingSuggestionLine(models.TransientModel):
    _name = "usercom.mapping.suggestion.line"
    _inherit = "usercom.guarded"
    _description = "Suggested User.com Mapping"
    _fixed_fields = ("suggestion_id",)
    _is_made_by_people = True

    suggestion_id = fields.Many2one(
        "usercom.mapping.suggestion", required=True, readonly=True, index=True, ondelete="cascade"
    )
    field_id = fields.Many2one(
        "ir.model.fields", "Contact Field", required=True, readonly=True, ondelete="cascade"
    )
    attribute_id = fields.Many2one(
        "usercom.attribute", "User.com Attribute", required=True, readonly=True, ondelete="cascade"
    )
