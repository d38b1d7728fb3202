from odoo import api, fields, models

from ...services.account.connection import Connection

OF_COMPANIES = {"reconcile": "companies", "compare": "compare_companies"}


class UsercomSweep(models.Model):
    """A list of all or of changed users, as an account reads them again and again."""

    _name = "usercom.sweep"
    _inherit = "usercom.reading"
    _description = "User.com List Being Read"
    _rec_name = "kind"

    kind = fields.Selection(
        [
            ("backlog", "Backlog"),
            ("reconcile", "Check for changes"),
            ("compare", "Full comparison"),
            ("companies", "Check companies for changes"),
            ("compare_companies", "Full comparison of companies"),
        ],
        required=True,
    )
    missed_at = fields.Datetime(help="When it last met news that no call had told of.")

    _kind_uniq = models.Constraint("unique (backend_id, kind)", "One sweep of a kind at a time.")

    @api.model
    def _of(self, backend, kind):
        """The sweep of this kind; a new account's begins with what changes from now on."""
        return self._known(backend, kind) or self._begun(backend).filtered(
            lambda sweep: sweep.kind == kind
        )

    @api.model
    def _begun(self, backend):
        """New sweeps of those kinds that the account has none of yet."""
        known = self.search([("backend_id", "=", backend.id)]).mapped("kind")
        now, there = fields.Datetime.now(), Connection(backend).clock().now()
        begun = {"backend_id": backend.id, "started_at": now, "read_until": there}
        kinds = dict(self._fields["kind"].selection)
        return self.create([{**begun, "kind": kind} for kind in kinds if kind not in known])

    @api.model
    def _known(self, backend, kind):
        """The sweep of this kind, empty if none has begun yet."""
        return self.search([("backend_id", "=", backend.id), ("kind", "=", kind)])

    @api.model
    def _request(self, backend, kind):
        """Have the next drain read what changed ("reconcile"), or everything ("compare").

        Companies are read with it.
        """
        for each in (kind, OF_COMPANIES[kind]):
            self._of(backend, each).started_at = False
