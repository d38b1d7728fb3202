from odoo import api, fields, models
from odoo.tools import email_normalize, hmac


class UsercomTombstone(models.Model):
    """A person who was deleted or erased in Odoo and shall not come back from User.com.

    Holds no personal data: the id of the user, and for an erased person a salted hash.
    """

    _name = "usercom.tombstone"
    _description = "User.com User Not to Be Created Again"
    _rec_name = "external_id"

    backend_id = fields.Many2one("usercom.backend", required=True, index=True, ondelete="cascade")
    external_id = fields.Integer("User.com ID", aggregator=False, index=True)
    email_hash = fields.Char(index="btree_not_null")

    @api.model
    def _bury(self, partners, erased=False):
        """Remember the linked ``partners``; the ``erased`` by their e-mail address too."""
        bindings = self.env["usercom.binding"].search(
            [("partner_id", "in", partners.ids), ("external_id", ">", 0)]
        )
        return self.create(
            [
                {
                    "backend_id": binding.backend_id.id,
                    "external_id": binding.external_id,
                    "email_hash": erased and self._hash(binding.partner_id.email),
                }
                for binding in bindings
            ]
        )

    @api.model
    def _erased(self, backend, users):
        """The ids of those ``users`` who are not to be created again."""
        hashes = {user.id: self._hash(user.email) for user in users}
        graves = self.search(
            [
                ("backend_id", "=", backend.id),
                "|",
                ("external_id", "in", list(hashes)),
                ("email_hash", "in", [value for value in hashes.values() if value]),
            ]
        )
        ids, known = set(graves.mapped("external_id")), set(graves.mapped("email_hash"))
        return {key for key, value in hashes.items() if key in ids or (value and value in known)}

    @api.model
    def _hash(self, email):
        address = email_normalize(email, strict=False)
        return hmac(self.env(su=True), "usercom.tombstone", address) if address else False
