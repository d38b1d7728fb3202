from markupsafe import Markup

from odoo import api, fields, models

from ...services.initial_sync.pages import Contacts
from ...services.mapping.paths import BAD_DOMAIN

ENDED = ("done", "cancelled")
# Not the menu's path: the browser keeps the last action of a path, and would not ask anew.
PATH = "usercom-initial-syncs"


class UsercomSyncOpening(models.AbstractModel):
    """Opens the initial sync that exists, or a new one where one is possible.

    An account has one at a time, so the list of all of them creates none.
    """

    _name = "usercom.sync.opening"
    _description = "User.com Opening of an Initial Sync"

    can_begin = fields.Boolean(compute="_compute_can_begin")
    has_others = fields.Boolean(compute="_compute_has_others")
    contact_count = fields.Integer("Contacts to Synchronize", compute="_compute_contact_count")

    @api.depends("backend_id.state", "state")
    def _compute_can_begin(self):
        """Whether a new one may follow this one."""
        for sync in self:
            under_way = [("backend_id", "in", sync.backend_id.ids), ("state", "not in", ENDED)]
            sync.can_begin = (
                sync.state in ENDED
                and not sync._refusal("previewing")
                and not sync.search_count(under_way, limit=1)
            )

    def _compute_has_others(self):
        for sync in self:
            others = [("id", "not in", sync.ids)]
            sync.has_others = bool(sync.search_count(others, limit=1))

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
    def action_open(self):
        """Open the current company's initial sync: the last one, or a new one."""
        return self._open(self.env["usercom.backend"]._of_company())

    @api.model
    def _open(self, backend):
        self.check_access("read")
        last = self.search([("backend_id", "in", backend.ids)], limit=1)
        if not last and self._refusal_of(backend, "previewing"):
            return self.action_all()
        return self._form(last, backend)

    def action_new(self):
        """Choose anew."""
        self.check_access("create")
        self.ensure_one()
        return self._form(self.browse(), self.backend_id)

    @api.model
    def action_all(self):
        """List all of them, those that ended long ago too."""
        self.check_access("read")
        return self.env["ir.actions.act_window"]._for_xml_id(
            "usercom_connector.usercom_sync_action"
        )

    @api.model
    def _form(self, sync, backend):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Initial Sync"),
            "path": PATH,
            "res_model": self._name,
            "res_id": sync.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {"default_backend_id": backend.id},
        }

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
