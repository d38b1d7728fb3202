import json

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..services.events.actions import EventAction


class IrActionsServerUsercomTest(models.TransientModel):
    """What the action "Send a User.com Event" would send of a record; nothing is sent."""

    _name = "ir.actions.server.usercom.test"
    _description = "Test of a User.com Event"

    action_id = fields.Many2one("ir.actions.server", required=True, ondelete="cascade")
    model_name = fields.Char(related="action_id.model_name")
    res_id = fields.Many2oneReference(
        "Record",
        model_field="model_name",
        compute="_compute_res_id",
        store=True,
        readonly=False,
        help="The record whose event is shown.",
    )
    partner_id = fields.Many2one("res.partner", "Contact", compute="_compute_preview")
    preview = fields.Text("What Would Be Sent", compute="_compute_preview")
    notice = fields.Char(compute="_compute_preview")

    @api.depends("action_id")
    def _compute_res_id(self):
        """The newest record that the reader may see."""
        for test in self:
            model = self.env.get(test.model_name)
            is_readable = model is not None and model.has_access("read")
            test.res_id = is_readable and model.search([], order="id desc", limit=1).id

    @api.depends("action_id", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_preview(self):
        for test in self:
            try:
                item, test.notice = test._item()
            except AccessError as error:
                item, test.notice = {}, str(error)
            test.partner_id = item.get("partner")
            shown = item and {"name": item["read_name"] or item["name"], "data": item["data"]}
            test.preview = json.dumps(shown, indent=2, ensure_ascii=False) if shown else False

    def _item(self):
        """``(what would be queued, why nothing would be)``, read with the reader's rights."""
        record = self._record()
        if problems := self.action_id.sudo().warning:
            return {}, problems
        if not record:
            return {}, self.env._("Choose a record.")
        action = EventAction(self.action_id)
        company = action.company_of(record)
        backend = self.env["usercom.backend"].sudo()._of_company(company)
        seen = record.with_company(company)
        if backend:
            seen = seen.with_context(lang=backend._language())
        items = action.items(seen, company)
        if not items:
            return {}, self.env._("The record has no contact, so nothing would be sent.")
        return items[0], self._why_not(backend, company, items[0]["partner"])

    def _record(self):
        """The chosen record, if it is there and the reader may see it."""
        model = self.env.get(self.model_name)
        if model is None or not self.res_id:
            return None
        record = model.browse(self.res_id).exists()
        record.check_access("read")
        return record

    def _why_not(self, backend, company, partner):
        """Why nothing would be sent now, False if it would be."""
        if backend.state not in ("running", "paused"):
            return self.env._("User.com is not running for %s.", company.display_name)
        if not backend._taking_part(partner):
            return self.env._(
                "%s is not synchronized, so nothing would be sent.", partner.display_name
            )
        return False
