from markupsafe import Markup

from odoo import api, fields, models

from ...services.initial_sync.pages import Contacts
from ...services.mapping.paths import BAD_DOMAIN


class UsercomSyncOpening(models.AbstractModel):
    """Opens the initial sync that exists, or a new one where one is possible."""

    _name = "usercom.sync.opening"
    _inherit = "usercom.stepwise.opening"
    _description = "User.com Opening of an Initial Sync"

    _path = "usercom-initial-syncs"
    _list_action = "usercom_connector.usercom_sync_action"

    contact_count = fields.Integer("Contacts to Synchronize", compute="_compute_contact_count")

    @api.depends("backend_id", "domain", "state")
    def _compute_contact_count(self):
        """The chosen ones of those who are synchronized; counted only while they are chosen."""
        for sync in self:
            sync.contact_count = sync.state == "draft" and sync._count_contacts()

    def _count_contacts(self):
        try:
            return Contacts(self).count() if self.backend_id else 0
        except BAD_DOMAIN:  # somebody is still typing it
            return 0

    @api.model
    def _open(self, backend):
        last = self.search([("backend_id", "in", backend.ids)], limit=1)
        if not last and self._refusal_of(backend, "previewing"):
            return self.action_all()
        return super()._open(backend)

    def _form_title(self):
        return self.env._("Initial Sync")

    @api.model
    def get_empty_list_help(self, help_message):
        """The next step, with a button for who may take it."""
        refusal = self._refusal_of(self.env["usercom.backend"]._of_company(), "previewing")
        text = Markup('<p class="o_view_nocontent_smiling_face">%s</p><p>%s</p>')
        if not refusal:
            title = self.env._("No initial sync yet")
            text %= title, self.env._("Open it from the menu: User.com → Initial Sync.")
        elif self.env.user.has_group("base.group_system"):
            link = Markup('<a class="btn btn-primary" href="/odoo/usercom-settings">%s</a>')
            text %= self.env._("The initial sync cannot begin yet"), refusal
            text += link % self.env._("Open the Settings")
        else:
            ask = self.env._("Ask an administrator to connect User.com in the settings.")
            text %= self.env._("The initial sync cannot begin yet"), ask
        return super().get_empty_list_help(text)
