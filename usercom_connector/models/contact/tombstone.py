from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import hmac

from ...services.contacts.identity import normalized
from ...services.inbox.prompts import keys_in
from ...services.notifications import told
from ...services.queue.cron_trigger import request_drain
from ...usercom.verify_write import is_created_by
from .link import as_utc


class UsercomTombstone(models.Model):
    """A person whose contact was deleted in Odoo and who shall not come back from User.com.

    Holds no personal data: the id of the user, and a salted hash of the e-mail address. A contact
    entered by hand is not held up by it.
    """

    _name = "usercom.tombstone"
    _inherit = "usercom.guarded"
    _description = "User.com User Not to Be Created Again"
    _order = "id desc"
    _rec_name = "external_id"

    create_date = fields.Datetime("Deleted On", readonly=True)
    create_uid = fields.Many2one("res.users", "Deleted By", readonly=True)
    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, index=True, ondelete="cascade"
    )
    external_id = fields.Integer("User.com ID", aggregator=False, index=True)
    email_hash = fields.Char(index="btree_not_null", groups="base.group_system")
    sent_at = fields.Datetime(
        "Last Sent Without an Answer",
        groups="base.group_system",
        help="The last call that may have created the user, by User.com's clock.",
    )
    email = fields.Char(
        "E-mail Address",
        compute="_compute_email",
        search="_search_email",
        help="Not kept, and can be searched for all the same: type the whole address.",
    )

    recognized_by = fields.Char(
        compute="_compute_recognized_by", help="What the person would be recognized by in User.com."
    )
    user_state = fields.Char("User in User.com", compute="_compute_user_state")

    def _compute_email(self):
        self.email = False

    @api.depends("external_id", "email_hash")
    @api.depends_context("lang")
    def _compute_recognized_by(self):
        texts = {
            (True, True): self.env._("User.com ID and e-mail address"),
            (True, False): self.env._("User.com ID"),
            (False, True): self.env._("E-mail address"),
            (False, False): "",
        }
        for tombstone in self.sudo():
            known = bool(tombstone.external_id), bool(tombstone.email_hash)
            tombstone.recognized_by = texts[known]

    @api.depends("external_id")
    @api.depends_context("lang")
    def _compute_user_state(self):
        """What the outbox tells of the users, as long as it keeps its finished rows."""
        rows = self.env["usercom.outbox"].search(
            [
                ("backend_id", "in", self.backend_id.ids),
                ("external_id", "in", [known for known in self.mapped("external_id") if known]),
                ("resource", "=", "users"),
                ("partner_id", "=", False),
            ],
            order="id",
        )
        newest = {(row.backend_id, row.external_id): row for row in rows}
        for tombstone in self:
            row = newest.get((tombstone.backend_id, tombstone.external_id))
            tombstone.user_state = row and row._removal_text()

    @api.model
    def _search_email(self, operator, value):
        if operator not in ("=", "in", "like", "ilike"):
            return NotImplemented
        texts = [value] if isinstance(value, str) else value
        hashes = [known for text in texts if (known := self._hash(text))]
        return Domain("id", "in", self.sudo().search([("email_hash", "in", hashes)]).ids)

    # ---- who must not come back ----

    @api.model
    def _create_tombstones(self, partners):
        """Remember ``partners`` in each account that knows them or may meet them yet.

        That no account has linked them says nothing: several users may have matched.
        """
        links = self.env["usercom.binding"].search([("partner_id", "in", partners.ids)])
        backends = self.env["usercom.backend"].search([("state", "in", ("running", "paused"))])
        user_ids = {
            (backend, partner): 0
            for backend in backends
            for partner in partners
            if partner.company_id.id in (False, backend.company_id.id)
        }
        linked = links.filtered(lambda link: link.external_id > 0)
        user_ids |= {(link.backend_id, link.partner_id): link.external_id for link in linked}
        hashes = {partner: self._hash(partner.email) for partner in partners}
        keys = [(backend, user_id, hashes[key]) for (backend, key), user_id in user_ids.items()]
        known = dict.fromkeys(keys, False)
        for link in links:
            tried = link._tried_emails().items()
            known |= {(link.backend_id, 0, self._hash(email)): at for email, at in tried}
        return self.create(
            [
                {
                    "backend_id": backend.id,
                    "external_id": user_id,
                    "email_hash": email_hash,
                    "sent_at": sent_at,
                }
                for (backend, user_id, email_hash), sent_at in known.items()
                if email_hash or user_id
            ]
        )

    @api.model
    def _create_for_users(self, backend, user_ids):
        """Remember users whose contacts are merged into others, or were erased before the link."""
        self.create([{"backend_id": backend.id, "external_id": user_id} for user_id in user_ids])

    @api.model
    def _forget_users(self, backend, user_ids):
        """Forget what ``_create_for_users`` remembers of users who have a contact after all."""
        known = [("external_id", "in", user_ids), ("email_hash", "=", False)]
        self.search([("backend_id", "=", backend.id), *known]).unlink()

    @api.model
    def _erased(self, backend, users):
        """The ids of those ``users`` who are not to be created again."""
        if not self.search_count([("backend_id", "=", backend.id)], limit=1):
            return set()
        hashes = {user.id: self._hash(user.email) for user in users}
        found = self.search(
            [
                ("backend_id", "=", backend.id),
                "|",
                ("external_id", "in", list(hashes)),
                ("email_hash", "in", [value for value in hashes.values() if value]),
            ]
        )
        ids, known = set(found.mapped("external_id")), set(found.mapped("email_hash"))
        return {key for key, value in hashes.items() if key in ids or (value and value in known)}

    @api.model
    def _created_unheard(self, backend, users):
        """The ids of those ``users`` whom a call without an answer created for an erased contact.

        Who is remembered by the id has been dealt with.
        """
        hashes = {user: self._hash(user.email) for user in users}
        sent = [("email_hash", "in", list(hashes.values())), ("sent_at", "!=", False)]
        found = self.search([("backend_id", "=", backend.id), *sent]).grouped("email_hash")
        ours = {
            user.id
            for user, email_hash in hashes.items()
            for tombstone in found.get(email_hash, ())
            if is_created_by(user, as_utc(tombstone.sent_at))
        }
        known = [("backend_id", "=", backend.id), ("external_id", "in", list(ours))]
        return ours - set(self.search(known).mapped("external_id"))

    @api.model
    def _hash(self, email):
        address = normalized(email)
        return hmac(self.env(su=True), "usercom.tombstone", address) if address else False

    # ---- coming back ----

    def action_let_come_back(self):
        """Let these people be created anew, and ask User.com about them at once.

        Returns a notification.
        """
        if not self.env.user.has_group("usercom_connector.group_usercom_manager"):
            raise AccessError(self.env._("Only managers of User.com may let people come back."))
        self.check_access("read")
        count, backends = len(self), self.sudo().backend_id
        for backend, tombstones in self.sudo().grouped("backend_id").items():
            tombstones._delete_tombstones(backend)
        text = self.env._("People of whom User.com is asked, and who may come back: %s.", count)
        return told(self.env, text, backends)

    def _delete_tombstones(self, backend):
        """Delete these and all others of the same people, and ask User.com about them."""
        hashes = [known for known in self.mapped("email_hash") if known]
        same = Domain("backend_id", "=", backend.id) & Domain("email_hash", "in", hashes)
        tombstones = self | self.search(same)
        keys = [keys_in({"id": user_id}) for user_id in tombstones.mapped("external_id")]
        self.env["usercom.inbox"].create([{"backend_id": backend.id, **key} for key in keys if key])
        tombstones.unlink()
        request_drain(backend)
