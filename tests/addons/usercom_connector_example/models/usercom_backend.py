from odoo import fields, models
from odoo.fields import Domain


class UsercomBackend(models.Model):
    _inherit = "usercom.backend"

    new_user_policy = fields.Selection(
        selection_add=[("example", "Leave them for later")], ondelete={"example": "set default"}
    )
    custom_id_policy = fields.Selection(
        selection_add=[("example", "Our own number")], ondelete={"example": "set default"}
    )

    def _why_not_created(self):
        """A policy of its own: new people become no contacts for now."""
        if self.new_user_policy == "example":
            return "Left for later."
        return super()._why_not_created()

    def _custom_id(self, partner, email):
        """A policy of its own: the number that the contact has here."""
        if self.custom_id_policy == "example":
            return partner.ref or None
        return super()._custom_id(partner, email)

    def _partner_domain(self):
        """Contacts marked so stay out, whatever the settings say."""
        return super()._partner_domain() & Domain("ref", "not in", ["private"])

    def _filter_importable_users(self, users):
        """Our competitors' people do not become contacts."""
        users = super()._filter_importable_users(users)
        return [user for user in users if "@competitor." not in (user.email or "")]

    def _welcome(self, users):
        """The former name of that hook, as an addon of the last version extends it."""
        users = super()._welcome(users)
        return [user for user in users if "@rival." not in (user.email or "")]

    def _after_push(self, partners):
        super()._after_push(partners)
        partners.example_sync = f"pushed with {len(partners)}"

    def _after_pull(self, partners):
        super()._after_pull(partners)
        partners.example_sync = f"pulled with {len(partners)}"
