from odoo import api, fields, models

from ..services.erasure import Erasure
from ..services.own_context import own_context

# Without fast updates: each look would go through the list of what is still to be put in order.
KEY_INDEX = "USING gin (%s jsonb_path_ops) WITH (fastupdate = off)"


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Odoo's own index of such a field finds all that have any key; ours finds those with a key.
    usercom_key = fields.Char("User.com ID", company_dependent=True, copy=False, index=False)
    usercom_known_id = fields.Char(
        "ID at User.com",
        compute="_compute_usercom_known_id",
        inverse="_inverse_usercom_known_id",
        help="The User.com id, in whichever field the account of the company keeps it.",
        groups="usercom_connector.group_usercom_user",
    )
    usercom_binding_ids = fields.One2many(
        "usercom.binding",
        "partner_id",
        "User.com Links",
        copy=False,
        groups="usercom_connector.group_usercom_user",
    )
    usercom_state = fields.Selection(
        selection=lambda self: self._usercom_states(),
        string="User.com",
        compute="_compute_usercom_state",
        groups="usercom_connector.group_usercom_user",
    )
    usercom_synced_at = fields.Datetime(
        "Last Synced",
        compute="_compute_usercom_state",
        groups="usercom_connector.group_usercom_user",
    )
    usercom_error = fields.Text(
        "Last Error",
        compute="_compute_usercom_state",
        groups="usercom_connector.group_usercom_user",
    )

    _usercom_email_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")
    _usercom_key_idx = models.Index(KEY_INDEX % "usercom_key")

    @api.model
    def _usercom_states(self):
        """A link's states, in the reader's language."""
        return self.env["usercom.binding"]._fields["state"]._description_selection(self.env)

    @api.depends_context("company")
    @api.depends("usercom_key")
    def _compute_usercom_known_id(self):
        field = self._usercom_key_field()
        for partner in self:
            partner.usercom_known_id = partner[field]

    def _inverse_usercom_known_id(self):
        field = self._usercom_key_field()
        for partner in self:
            partner[field] = partner.usercom_known_id

    @api.model
    def _usercom_key_field(self):
        return self.env["usercom.backend"].sudo()._of_company()._key_field()

    @api.depends_context("company")
    @api.depends("usercom_binding_ids.state", "usercom_binding_ids.backend_id")
    def _compute_usercom_state(self):
        """How the contacts stand with the account of the current company."""
        backend = self.env["usercom.backend"].sudo()._of_company()
        bindings = self.env["usercom.binding"].sudo()._of(backend, self)
        waiting = self.env["usercom.outbox"].sudo()._waiting_contacts(backend, self)
        for partner in self:
            binding = bindings.get(partner.id)
            state = binding and binding.state
            partner.usercom_state = "pending" if partner in waiting and state != "gone" else state
            partner.usercom_synced_at = binding and binding.synced_at
            partner.usercom_error = binding and binding.last_error

    def _usercom_touch_created(self, watched, vals_list):
        if own_context(self.env).creating:
            return None
        return super()._usercom_touch_created(watched, vals_list)

    def _usercom_touch(self, watched, names):
        """But for the contacts that a merge with User.com writes: it looks after them itself."""
        others = self - self.browse(own_context(self.env).merged_ids)
        if own_context(self.env).creating:  # what Odoo copies to company and colleagues
            now = self.env.cr.now()
            others = others.filtered(
                lambda partner: partner.create_date and partner.create_date < now
            )
        return super(ResPartner, others)._usercom_touch(watched, names)

    def unlink(self):
        if not own_context(self.env).merging:  # which has dealt with their links
            self.sudo().exists()._usercom_erase()
        return super().unlink()

    def _usercom_erase(self):
        """Remove what the queues hold of these people; leave tombstones that name nobody.

        Odoo's Privacy Lookup does no more than delete contacts, so every deletion counts as an
        erasure. Their links go with the contacts, and the consent log names them no more.
        """
        Erasure(self).remove()
        self.env["usercom.tombstone"]._bury(self)
        if self.env["usercom.backend"]._watched_fields():
            self.env["usercom.outbox"]._bury(self)

    def _usercom_anonymize(self):
        """Treat these contacts as erased, though they stay: a hook, to be called by what is about
        to make their names, addresses and numbers neutral, before it does so.

        As when they are deleted, their users get what the policy says and do not come back, and
        what was sent and received of them goes. From then on they take no part, whatever is edited.
        """
        contacts = self.sudo()
        contacts._usercom_erase()
        Erasure(contacts).part()
