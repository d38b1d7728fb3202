from odoo import api, models, tools
from odoo.exceptions import AccessError


class ResPartner(models.Model):
    """Who may link a contact by its key: it lets the values of any user of User.com in."""

    _inherit = "res.partner"

    @api.model
    @tools.ormcache()
    def _usercom_key_fields(self):
        """The names of the fields in which some account keeps User.com ids."""
        backends = self.env["usercom.backend"].sudo().search_fetch([], ["key_field_id"])
        return frozenset({"usercom_key", *(backend._key_field() for backend in backends)})

    @api.model_create_multi
    def create(self, vals_list):
        context = self.env.context
        for name in self._usercom_key_fields():
            if context.get(f"default_{name}") or any(vals.get(name) for vals in vals_list):
                self._usercom_check_key(name)
        return super().create(vals_list)

    def write(self, vals):
        if names := self._usercom_key_fields() & vals.keys():
            for name in names:
                if any((contact[name] or False) != (vals[name] or False) for contact in self):
                    self._usercom_check_key(name)
        return super().write(vals)

    def _usercom_check_key(self, name):
        if self.env.su or self.env.user.has_group("usercom_connector.group_usercom_user"):
            return
        raise AccessError(
            self.env._(
                "Only users of User.com may write “%(field)s” (%(name)s) of contacts.",
                field=self._fields[name]._description_string(self.env),
                name=name,
            )
        )
