from odoo import api, fields, models

from ...services.initial_sync.effect_texts import text_of
from ...services.initial_sync.effects import Effects
from ...services.initial_sync.report import SyncReport
from ..common.export_right import check_may_export


class UsercomSyncReport(models.AbstractModel):
    """What people see of an initial sync: numbers, time it takes, lists, a spreadsheet."""

    _name = "usercom.sync.report"
    _description = "User.com Report of an Initial Sync"

    effects = fields.Json(compute="_compute_counts")
    people_count = fields.Integer("All People", compute="_compute_counts")
    linked_count = fields.Integer("Linked Before", compute="_compute_counts")
    matched_count = fields.Integer("On Both Sides", compute="_compute_counts")
    new_here_count = fields.Integer("Only in User.com", compute="_compute_counts")
    new_there_count = fields.Integer("Only in Odoo", compute="_compute_counts")
    ambiguous_count = fields.Integer("Ambiguous", compute="_compute_counts")
    missing_count = fields.Integer("No Longer in User.com", compute="_compute_counts")
    left_out_count = fields.Integer("Left Out", compute="_compute_counts")
    problem_count = fields.Integer("With Problems", compute="_compute_counts")
    conflict_count = fields.Integer(
        "With Different Values", compute="_compute_conflict_count", store=True
    )
    single_count = fields.Integer("Created One by One", compute="_compute_counts")
    done_count = fields.Integer("Synchronized", compute="_compute_counts")
    failed_count = fields.Integer("Failed", compute="_compute_counts")
    skipped_count = fields.Integer("Left as They Are", compute="_compute_counts")
    is_forgotten = fields.Boolean(compute="_compute_counts")
    cost = fields.Char("It Will Take", compute="_compute_cost")
    api_cost = fields.Char("Without CSV Import", compute="_compute_cost")

    @api.depends(
        "state", "calls_done", "direction", "use_csv", "trigger_automations", "field_ids.winner"
    )
    def _compute_counts(self):
        for sync in self:
            report = SyncReport(sync)
            sync.update(report.counts())
            sync.effects = report.effects()

    @api.depends("state")
    def _compute_conflict_count(self):
        """Stored, as only a preview finds such: counting all people for each look takes long."""
        for sync in self:
            sync.conflict_count = SyncReport(sync).conflict_count()

    @api.depends("state", "direction", "use_csv")
    def _compute_cost(self):
        for sync in self:
            is_shown, report = sync.state == "ready", SyncReport(sync)
            sync.cost = is_shown and report.cost(sync.use_csv)
            sync.api_cost = is_shown and sync.direction != "import" and report.cost(False)

    def action_people(self, code=None):
        """The people of one of the effects, by default all of them."""
        self.check_access("read")
        self.ensure_one()
        effects = Effects(self)
        action = {
            "type": "ir.actions.act_window",
            "name": code and text_of(effects, code) or self.env._("People"),
            "res_model": "usercom.sync.line",
            "view_mode": "list,kanban,form",
            "mobile_view_mode": "kanban",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
        }
        domain = effects.domain(code) if code else [("sync_id", "=", self.id)]
        return action | {"domain": domain, "context": {"create": False}}

    def action_confirm(self):
        """Ask once more before it runs, with what it will do."""
        self.check_access("read")
        view = self.env.ref("usercom_connector.usercom_sync_view_form_confirm")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Start the Initial Sync?"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

    def action_download(self):
        self.check_access("read")
        check_may_export(self.env)
        return {"type": "ir.actions.act_url", "url": f"/usercom/sync/{self.id}", "target": "self"}
