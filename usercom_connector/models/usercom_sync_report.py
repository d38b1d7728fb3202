import tempfile
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import formatLang

from ..services.account_status import AccountStatus
from ..usercom.spreadsheet import write_table
from .export_right import check_may_export
from .usercom_sync import ACTIVE

ROWS = 2000  # read at once
COLUMNS = (
    "kind",
    "matched_by",
    "result",
    "partner_id",
    "email",
    "external_id",
    "label",
    "details",
    "problems",
)


class UsercomSync(models.Model):
    """What people see of an initial sync: numbers, time it takes, lists, a spreadsheet."""

    _inherit = "usercom.sync"

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
    done_count = fields.Integer("Brought Together", compute="_compute_counts")
    failed_count = fields.Integer("Failed", compute="_compute_counts")
    skipped_count = fields.Integer("Left as They Are", compute="_compute_counts")
    is_forgotten = fields.Boolean(compute="_compute_counts")
    cost = fields.Char("It Will Take", compute="_compute_cost")
    api_cost = fields.Char("Without CSV Import", compute="_compute_cost")
    obstacle = fields.Char(compute="_compute_obstacle")

    @api.depends("state", "calls_done")
    def _compute_counts(self):
        lines = self.env["usercom.sync.line"]
        for sync in self:
            people = sync._people_with()
            kinds = sync._counts()
            for kind, _label in lines._fields["kind"].selection:
                sync[f"{kind}_count"] = kinds.get(kind, 0)
            results = dict(lines._read_group(people, ["result"], ["__count"]))
            for result in ("done", "failed", "skipped"):
                sync[f"{result}_count"] = results.get(result, 0)
            sync.problem_count = lines.search_count([*people, ("problems", "!=", False)])
            sync.is_forgotten = not kinds and bool(sync.started_at) and sync._is_over()
            sync.single_count = lines.search_count(sync._people_with(force_single=True))

    def _is_over(self):
        """Whether it ended longer ago than the account keeps its log."""
        kept = timedelta(days=self.backend_id.log_days)
        return bool(self.ended_at and self.ended_at < fields.Datetime.now() - kept)

    @api.depends("state")
    def _compute_conflict_count(self):
        """Stored, as only a preview finds such: counting all people for each look takes long."""
        for sync in self:
            people = [*sync._people_with(), ("conflicts", "!=", False)]
            sync.conflict_count = self.env["usercom.sync.line"].search_count(people)

    @api.depends("state", "direction", "use_csv")
    def _compute_cost(self):
        for sync in self:
            is_shown = sync.state == "ready"
            sync.cost = is_shown and sync._cost(sync.use_csv)
            sync.api_cost = is_shown and sync.direction != "import" and sync._cost(False)

    def _cost(self, use_csv):
        """How many calls a run makes, and how long they take at the account's limit."""
        calls = self._expected_calls(use_csv)
        return self.env._(
            "%(calls)s calls, %(time)s",
            calls=formatLang(self.env, calls, digits=0),
            time=self._duration(calls / (self.backend_id.rate_limit or 1)),
        )

    @api.depends("state", "backend_id.state")
    def _compute_obstacle(self):
        for sync in self:
            account, is_active = sync.backend_id, sync.state in ACTIVE
            sync.obstacle = is_active and (
                AccountStatus(account).alarm or sync._refusal(sync.state)
            )

    # ---- lists ----

    def action_people(self):
        """The people that the pressed button counts."""
        self.check_access("read")
        name = self.env.context.get("usercom_filter")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("People"),
            "res_model": "usercom.sync.line",
            "view_mode": "list,form",
            "domain": [("sync_id", "in", self.ids)],
            "context": {f"search_default_{name}": 1} if name else {},
        }

    def action_download(self):
        self.check_access("read")
        check_may_export(self.env)
        return {"type": "ir.actions.act_url", "url": f"/usercom/sync/{self.id}", "target": "self"}

    # ---- spreadsheet ----

    def _as_spreadsheet(self):
        """An open .xlsx file with a row for each person; in constant memory."""
        file = tempfile.TemporaryFile()  # noqa: SIM115  # the server closes it
        line_fields = self.line_ids._fields
        titles = [line_fields[name]._description_string(self.env) for name in COLUMNS]
        write_table(file, titles, self._rows_of_people())
        file.seek(0)
        return file

    def _rows_of_people(self):
        """Yield the rows, of texts and numbers; what begins like a formula stays text."""
        Line, last = self.env["usercom.sync.line"], 0
        while lines := Line.search([*self._people_with(), ("id", ">", last)], limit=ROWS):
            last = lines[-1].id
            yield from lines._as_rows()
            self.env.invalidate_all()


class UsercomSyncLine(models.Model):
    _inherit = "usercom.sync.line"

    email = fields.Char("Contact's E-mail", related="partner_id.email")

    def _as_rows(self):
        words = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("kind", "matched_by", "result")
        }
        for line in self:
            yield [line._cell(name, words.get(name)) for name in COLUMNS]

    def _cell(self, name, words):
        if words:
            return words.get(self[name], "")
        value = self.partner_id.display_name if name == "partner_id" else self[name]
        return value or ""
