from odoo import models


class UsercomAboutContact(models.AbstractModel):
    """What the rows about a contact have in common: a click on one opens the contact."""

    _name = "usercom.about.contact"
    _inherit = "usercom.guarded"
    _description = "About a Contact in User.com"

    def action_open_contact(self):
        """Open the contact's form; nothing where the row names nobody."""
        self.check_access("read")
        self.ensure_one()
        contact = self.partner_id
        contact.check_access("read")
        return bool(contact) and {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": contact.id,
            "views": [(False, "form")],
        }
