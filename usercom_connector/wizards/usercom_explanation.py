from odoo import api, fields, models
from odoo.fields import Command

from ..services.contacts.history_texts import HistoryTexts
from ..services.explanation.explanation import Explanation
from ..services.mapping.rights import unreadable_problem
from ..usercom.records import COMPANIES, USERS

VERDICTS = [
    ("equal", "Equal"),
    ("send", "Odoo's value is sent"),
    ("write", "User.com's value is written"),
    ("leave", "Each side keeps its own"),
    ("problem", "Cannot be synced"),
    ("unread", "Not known yet"),
]


class UsercomExplanation(models.TransientModel):
    """Why a contact is, or is not, as its user: looked at by people, nothing is changed."""

    _name = "usercom.explanation"
    _inherit = "usercom.guarded"
    _description = "User.com Explanation"
    _rec_name = "partner_id"
    _fixed_fields = ("backend_id", "partner_id")

    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Contact", required=True, readonly=True, index=True, ondelete="cascade"
    )
    takes_part = fields.Boolean("Synchronized", readonly=True)
    linked_by = fields.Char("Link", readonly=True)
    company_text = fields.Char("Company in User.com", readonly=True)
    read_at = fields.Datetime("Read from User.com", readonly=True)
    rule_ids = fields.One2many("usercom.explanation.rule", "explanation_id", readonly=True)
    line_ids = fields.One2many(
        "usercom.explanation.line",
        "explanation_id",
        readonly=True,
        domain=[("resource", "=", USERS)],
    )
    company_line_ids = fields.One2many(
        "usercom.explanation.line",
        "explanation_id",
        "Values as a Company",
        readonly=True,
        domain=[("resource", "=", COMPANIES)],
    )
    entry_ids = fields.One2many(
        "usercom.explanation.entry", "explanation_id", "Waiting and Failed", readonly=True
    )

    @api.model
    def _explain(self, backend, partner):
        """Explain ``partner``, whom the caller may read, without asking User.com."""
        values = {"backend_id": backend.id, "partner_id": partner.id}
        explanation = self.sudo().create(values).with_user(self.env.user)
        explanation._show(Explanation(backend, partner))
        return explanation

    def action_read(self):
        """Read the user from User.com now; nothing is written on either side."""
        self.check_access("read")
        self.ensure_one().partner_id.check_access("read")
        explanation = Explanation(self.sudo().backend_id, self.partner_id)
        explanation.read_user()
        self._show(explanation)
        return self._action()

    def _action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Explain This Contact"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _show(self, explanation):
        rules = [{"text": r.text, "is_met": r.is_met} for r in explanation.rules()]
        entries = [{"entry_id": entry.id} for entry in explanation.unsettled()]
        self.sudo().write(
            {
                "takes_part": all(rule["is_met"] for rule in rules),
                "linked_by": explanation.link(),
                "company_text": explanation.company.text(),
                "read_at": explanation.is_read and fields.Datetime.now(),
                "rule_ids": [Command.clear(), *map(Command.create, rules)],
                "line_ids": self._lines(USERS, explanation.values()),
                "company_line_ids": self._lines(COMPANIES, explanation.company.values()),
                "entry_ids": [Command.clear(), *map(Command.create, entries)],
            }
        )

    def _lines(self, resource, values):
        """The commands that show what happens to these values, as far as the user may see them."""
        seen = [_as_line(value) for value in values if self._may_read(value.mapping)]
        lines = [line | {"resource": resource} for line in seen]
        return [Command.clear(), *map(Command.create, lines)]

    def _may_read(self, mapping):
        field = self.partner_id._fields.get(mapping.field_name)
        may_read = field is not None and self.partner_id._has_field_access(field, "read")
        return may_read and not (mapping.path and unreadable_problem(mapping.with_env(self.env)))


def _as_line(value):
    names = ("odoo", "usercom", "agreed", "verdict", "reason")
    pair = {"name": value.mapping.display_name, "direction": value.mapping.direction}
    if value.mapping._name == "usercom.field.mapping":
        pair["mapping_id"] = value.mapping.id
    return {name: getattr(value, name) for name in names} | pair


class UsercomExplanationRule(models.TransientModel):
    """One rule by which contacts are synchronized."""

    _name = "usercom.explanation.rule"
    _inherit = "usercom.guarded"
    _description = "User.com Explained Rule"
    _fixed_fields = ("explanation_id",)

    explanation_id = fields.Many2one(
        "usercom.explanation", required=True, readonly=True, index=True, ondelete="cascade"
    )
    text = fields.Char("Rule", readonly=True)
    is_met = fields.Boolean("Met", readonly=True)


class UsercomExplanationLine(models.TransientModel):
    """What would happen to one pair of values, and why."""

    _name = "usercom.explanation.line"
    _inherit = "usercom.guarded"
    _description = "User.com Explained Value"
    _fixed_fields = ("explanation_id",)

    explanation_id = fields.Many2one(
        "usercom.explanation", required=True, readonly=True, index=True, ondelete="cascade"
    )
    resource = fields.Selection(
        [(USERS, "Contact"), (COMPANIES, "Company")], "Sent As", default=USERS, readonly=True
    )
    mapping_id = fields.Many2one(
        "usercom.field.mapping",
        "Field Mapping",
        readonly=True,
        ondelete="cascade",
        help="Empty where the pair is one of tags.",
    )
    name = fields.Char("Pair", readonly=True)
    direction = fields.Selection(
        selection=lambda self: self.env["usercom.field.mapping"]._fields["direction"].selection,
        readonly=True,
    )
    odoo = fields.Text("In Odoo", readonly=True)
    usercom = fields.Text("In User.com", readonly=True)
    agreed = fields.Text("Last Agreed", readonly=True)
    verdict = fields.Selection(VERDICTS, "What Happens", readonly=True)
    reason = fields.Text("Why", readonly=True)


class UsercomExplanationEntry(models.TransientModel):
    """What of the contact waits or failed: an edit, a call or an event, as it is by now."""

    _name = "usercom.explanation.entry"
    _inherit = "usercom.guarded"
    _description = "User.com Explained Entry"
    _fixed_fields = ("explanation_id",)

    explanation_id = fields.Many2one(
        "usercom.explanation", required=True, readonly=True, index=True, ondelete="cascade"
    )
    entry_id = fields.Char(readonly=True, help="The id of the entry in the contact's history.")
    kind = fields.Char("What", compute="_compute_entry")
    details = fields.Text(compute="_compute_entry")
    state = fields.Selection(
        [("pending", "Pending"), ("failed", "Failed")], compute="_compute_entry"
    )
    next_attempt_at = fields.Datetime("Next Attempt", compute="_compute_entry")
    error = fields.Text(compute="_compute_entry")

    @api.depends("entry_id")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_entry(self):
        texts = HistoryTexts(self.env)
        kinds = dict(self.env["usercom.history"]._fields["kind"]._description_selection(self.env))
        for entry in self:
            history = entry._history()
            kind, source = history._source_kind(), history._source()
            entry.kind = kinds[kind]
            entry.details = texts.of(kind, source).get(source.id)
            entry.state = source.state if source.state in ("pending", "failed") else False
            entry.next_attempt_at = source.next_attempt_at
            entry.error = source.error

    def _history(self):
        return self.env["usercom.history"].browse(int(self.entry_id))

    def action_open(self):
        """Open the entry of the queue."""
        self.check_access("read")
        self.ensure_one()
        return self._history().action_open_source()
