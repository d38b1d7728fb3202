from odoo import api, fields, models
from odoo.fields import Command

from ...services.events.actions import ActionPath
from ...services.mapping.choices import MAX_RECORDS
from ...usercom.conversions import Conversion
from ..mapping.conversion import CONVERSIONS


class IrActionsServerUsercomValue(models.Model):
    """A value that the action "Send a User.com Event" sends along: its name, and its path."""

    _name = "ir.actions.server.usercom.value"
    _description = "Value of a User.com Event"
    _order = "sequence, id"
    _rec_name = "usercom_name"

    action_id = fields.Many2one("ir.actions.server", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    usercom_name = fields.Char(
        "Name in User.com", required=True, help="What the value is called in User.com."
    )
    model_name = fields.Char(related="action_id.model_name")
    path_label = fields.Char("Field", compute="_compute_path_label")
    path = fields.Char("Path to Field", required=True, help="Leads from the record to the value.")
    conversion = fields.Selection(
        CONVERSIONS,
        help="What is made of the value before it is sent.",
    )
    yes_text = fields.Char("Text for Yes", default=lambda self: self.env._("yes"))
    no_text = fields.Char("Text for No", default=lambda self: self.env._("no"))
    separator = fields.Char(default=", ", trim=False, help="Stands between the values.")
    when_empty = fields.Char(help="What is sent where there is no value.")
    choice_ids = fields.One2many(
        "ir.actions.server.usercom.choice", "value_id", "Values", copy=True
    )

    @api.depends("path", "model_name")
    @api.depends_context("lang")
    def _compute_path_label(self):
        for line in self:
            line.path_label = line._path().label() or line.path

    @api.constrains("path", "action_id")
    def _check_path(self):
        self.action_id._check_usercom_paths()

    @api.onchange("conversion", "path")
    def _onchange_conversion(self):
        """Give each choice that a value table lacks a line, with what is sent without a table."""
        if self.conversion != "table":
            return
        choices = dict(self._path().choices())
        known = set(self.choice_ids.mapped("odoo_key"))
        gone = self.choice_ids.filtered(lambda line: line.odoo_key not in choices)
        self.choice_ids = [Command.unlink(line.id) for line in gone] + [
            Command.create({"odoo_key": key, "usercom_value": self._path().sent_name(key, name)})
            for key, name in choices.items()
            if key not in known
        ]

    def _path(self):
        return ActionPath(self.env, self.action_id.sudo().model_id.model, self.path or "")

    def _problem(self):
        """Why its value cannot be converted so, None if it can."""
        field = self._path().last
        if field is None or self._conversion().fits(field.type):
            return self._table_problem() if self.conversion == "table" else None
        labels = dict(self._fields["conversion"]._description_selection(self.env))
        return self.env._(
            "“%(field)s”: “%(conversion)s” does not go with a field of the type %(type)s.",
            field=self._path().label(),
            conversion=labels[self.conversion],
            type=field.type,
        )

    def _table_problem(self):
        if len(self._path().choices()) > MAX_RECORDS:
            return self.env._(
                "“%(field)s” has more than %(most)s values, too many for a table.",
                field=self._path().label(),
                most=MAX_RECORDS,
            )
        return None

    def _conversion(self):
        """The plain ``Conversion``."""
        return Conversion(
            self.conversion or "",
            (self.no_text or "", self.yes_text or ""),
            self.separator or "",
            tuple((line.odoo_key, line.usercom_value or None) for line in self.choice_ids),
            when_empty=self.when_empty or None,
        )
