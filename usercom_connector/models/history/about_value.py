from odoo import api, fields, models
from odoo.fields import Domain

from ...services.mapping.rights import may_read, readable_kinds, readable_mappings


class UsercomAboutValue(models.AbstractModel):
    """What tells a value of a contact, for those who may read that field of that contact."""

    _name = "usercom.about.value"
    _description = "About a Value of a Contact"

    is_readable = fields.Boolean(
        "May Be Read", compute="_compute_is_readable", search="_search_is_readable"
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_readable(self):
        readable = self.sudo().filtered_domain(self._readable_pairs())
        contacts = self._contacts().browse(self.partner_id.ids)._filtered_access("read")
        for record in self:
            is_contact_read = record.partner_id.id in contacts._ids
            record.is_readable = record in readable and is_contact_read

    @api.model
    def _search_is_readable(self, operator, values):
        if operator != "in":
            return NotImplemented
        return self._readable_pairs() & Domain("partner_id", "in", self._contacts()._search([]))

    @api.model
    def _readable_pairs(self):
        """Those whose field, tag or list the reader may read, or the company of a contact."""
        readable = Domain("mapping_id", "in", readable_mappings(self.env).ids)
        readable |= Domain("label_id.kind", "in", readable_kinds(self.env))
        if may_read(self.env.user, self.env["res.partner"], ["parent_id"]):
            readable |= Domain("mapping_id", "=", False) & Domain("label_id", "=", False)
        return readable

    @api.model
    def _contacts(self):
        """The contacts of the reader: rules of access are looked at as superuser."""
        return self.env(su=False)["res.partner"].with_context(active_test=False)
