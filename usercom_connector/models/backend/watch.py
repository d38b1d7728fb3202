from odoo import api, models, tools

from ...services.contacts.watched_edits import WatchedFields


class UsercomBackendWatch(models.AbstractModel):
    """Which fields, of whatever model, decide what an account is told about contacts."""

    _name = "usercom.backend.watch"
    _description = "User.com Account: Watched Fields"

    @api.model
    @tools.ormcache()
    def _watched_fields(self):
        """``{model: {field: paths}}``: an edit of the field may concern some contacts.

        A path leads from a contact to the edited record: ``category_id`` for the name of a tag,
        ``id`` for the contact's own fields. Empty while no account runs.
        """
        if self._is_being_removed():
            return {}
        backends = self.sudo().search([("state", "in", ("running", "paused"))])
        return WatchedFields(self.env).of(backends)

    @api.model
    def _is_being_removed(self):
        """Odoo still writes to its own models while an uninstallation drops our tables."""
        domain = [("name", "=", "usercom_connector"), ("state", "in", ("to remove", "uninstalled"))]
        return bool(self.env["ir.module.module"].sudo().search_count(domain))
