from odoo import api, fields, models

from ...services.account.account_status import AccountStatus
from .stepwise import ACTIVE, ENDED


class UsercomStepwiseOpening(models.AbstractModel):
    """Opens an account's work (``usercom.stepwise``) that exists, or a new one.

    An account has one of a kind at a time, so the list of all of them creates none.
    """

    _name = "usercom.stepwise.opening"
    _description = "User.com Opening of Work That Goes on Step by Step"

    # Not the menu's path: the browser keeps the last action of a path, and would not ask anew.
    _path = ""
    _list_action = ""

    can_begin = fields.Boolean(compute="_compute_can_begin")
    has_others = fields.Boolean(compute="_compute_has_others")
    obstacle = fields.Char(compute="_compute_obstacle")

    @api.depends("backend_id.state", "state")
    def _compute_can_begin(self):
        """Whether a new one may follow this one."""
        for work in self:
            under_way = [("backend_id", "in", work.backend_id.ids), ("state", "not in", ENDED)]
            work.can_begin = (
                work.state in ENDED
                and not work._refusal("previewing")
                and not work.search_count(under_way, limit=1)
            )

    def _compute_has_others(self):
        for work in self:
            others = [("id", "not in", work.ids)]
            work.has_others = bool(work.search_count(others, limit=1))

    @api.depends("state", "backend_id.state")
    def _compute_obstacle(self):
        for work in self:
            work.obstacle = work.state in ACTIVE and (
                AccountStatus(work.backend_id).alarm or work._refusal(work.state)
            )

    @api.model
    def action_open(self):
        """Open what the current company has: the last one, or a new one."""
        return self._open(self.env["usercom.backend"]._of_company())

    @api.model
    def _open(self, backend):
        self.check_access("read")
        return self._form(self.search([("backend_id", "in", backend.ids)], limit=1), backend)

    def action_new(self):
        """Choose anew."""
        self.check_access("create")
        self.ensure_one()
        return self._form(self.browse(), self.backend_id)

    @api.model
    def action_all(self):
        """List all of them, those that ended long ago too."""
        self.check_access("read")
        return self.env["ir.actions.act_window"]._for_xml_id(self._list_action)

    @api.model
    def _form(self, work, backend):
        return {
            "type": "ir.actions.act_window",
            "name": self._form_title(),
            "path": self._path,
            "res_model": self._name,
            "res_id": work.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {"default_backend_id": backend.id},
        }

    def _form_title(self):
        raise NotImplementedError
