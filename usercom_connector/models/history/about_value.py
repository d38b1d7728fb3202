from odoo import api, fields, models
from odoo.fields import Domain

from ...services.mapping.rights import readable_mappings


class UsercomAboutValue(models.AbstractModel):
    """What tells a value of a contact, for those who may read that field of that contact."""

    _name = "usercom.about.value"
    _description = "About a Value of a Contact"

    is_readable = fields.Boolean(
        "May Be Read", compute="_compute_is_readable", search="_search_is_readable"
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_readable(self):
        mappings = readable_mappings(self.env)
        contacts = self._contacts().browse(self.partner_id.ids)._filtered_access("read")
        for record in self:
            is_contact_read = record.partner_id.id in contacts._ids
            record.is_readable = record.mapping_id in mappings and is_contact_read

    @api.model
    def _search_is_readable(self, operator, values):
        if operator != "in":
            return NotImplemented
        mappings = Domain("mapping_id", "in", readable_mappings(self.env).ids)
        return mappings & Domain("partner_id", "in", self._contacts()._search([]))

    @api.model
    def _contacts(self):
        """The contacts of the reader: rules of access are looked at as superuser."""
        return self.env(su=False)["res.partner"].with_context(active_test=False)
