from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...services.comparison import ProtectedContacts
from ...services.contacts.texts import ValueTexts, with_names
from ...services.contacts.value_changes import ValueChanges
from ...services.database.clean_up import BATCH
from ...services.notifications import told
from ...services.values.importer import ValueImporter


class UsercomConflict(models.Model):
    """A value that both sides changed differently: what each had, and which one was kept."""

    _name = "usercom.conflict"
    _inherit = "usercom.about.contact"
    _description = "User.com Conflict"
    _rec_name = "partner_id"
    _order = "id desc"

    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Contact", required=True, index=True, ondelete="cascade"
    )
    mapping_id = fields.Many2one(
        "usercom.field.mapping", "Field Mapping", required=True, ondelete="cascade"
    )
    attribute_id = fields.Many2one(related="mapping_id.attribute_id")
    base = fields.Json("Last Agreed")
    odoo = fields.Json("In Odoo")
    usercom = fields.Json("In User.com")
    base_text = fields.Char("Last Agreed Value", compute="_compute_texts")
    odoo_text = fields.Char("Odoo's Value", compute="_compute_texts")
    usercom_text = fields.Char("User.com's Value", compute="_compute_texts")
    winner = fields.Selection(
        [("odoo", "Odoo"), ("usercom", "User.com"), ("none", "Each its own")],
        "Kept",
        required=True,
    )
    state = fields.Selection(
        [("open", "Open"), ("ruled", "Settled by rule"), ("settled", "Settled")],
        required=True,
        default="open",
        help="Open: each side keeps its own value until somebody chooses. Settled by rule: the "
        "pair's rule has chosen, which can still be reversed.",
    )

    _open_idx = models.Index("(backend_id) WHERE state = 'open'")

    @api.depends("base", "odoo", "usercom")
    def _compute_texts(self):
        texts = ValueTexts(self.env)
        for conflict in self:
            for side in ("base", "odoo", "usercom"):
                conflict[f"{side}_text"] = texts.value(conflict.mapping_id, conflict[side])

    @api.model
    def _record(self, backend, plans):
        """Record the conflicts of merge plans; an older one about the same value is settled."""
        mappings = {mapping._key(): mapping for mapping in backend.mapping_ids}
        new = [
            {
                "backend_id": backend.id,
                "partner_id": plan.partner.id,
                "mapping_id": mappings[conflict.key].id,
                "base": conflict.base,
                "odoo": conflict.odoo,
                "usercom": conflict.usercom,
                "winner": conflict.winner or "none",
                "state": "ruled" if conflict.winner else "open",
            }
            for plan in plans
            for conflict in plan.agreed.conflicts
            if conflict.key in mappings
        ]
        if not new:
            return
        about = {(vals["partner_id"], vals["mapping_id"]) for vals in new}
        older = self.search(
            [
                ("state", "!=", "settled"),
                ("partner_id", "in", [partner_id for partner_id, _ in about]),
            ]
        )
        older.filtered(
            lambda old: (old.partner_id.id, old.mapping_id.id) in about
        ).state = "settled"
        self.create(new)

    @api.autovacuum
    def _gc_settled(self):
        """Delete the settled ones that are older than the account keeps finished rows."""
        done = 0
        for backend in self.env["usercom.backend"].search_fetch([], ["log_days"]):
            moment = fields.Datetime.now() - timedelta(days=backend.log_days)
            settled = [("backend_id", "=", backend.id), ("state", "!=", "open")]
            old = self.search([*settled, ("write_date", "<", moment)], limit=BATCH)
            done += len(old)
            old.unlink()
        return done, int(done >= BATCH)

    def action_keep_odoo(self):
        """Have Odoo's value on both sides; returns a notification."""
        return self._keep("odoo")

    def action_keep_usercom(self):
        """Have User.com's value on both sides; returns a notification."""
        return self._keep("usercom")

    def _keep(self, side):
        """Write the value of ``side`` if the other was kept: an edit, sent like any other."""
        self.check_access("read")
        conflicts = self.filtered(lambda conflict: conflict.state != "settled")
        for conflict in conflicts:
            if conflict.winner == "none":
                conflict._end_difference(side)
            elif conflict.winner != side:
                conflict._write_to_contact(conflict[side])
            conflict.sudo().state = "settled"
        text = self.env._("Conflicts settled: %s.", len(conflicts))
        return told(self.env, text, conflicts.sudo().backend_id)

    def _end_difference(self, side):
        """Agree on User.com's value, then write it to the contact, or send Odoo's in its place."""
        Binding = self.env["usercom.binding"].sudo()
        for binding in Binding._of(self.backend_id, self.partner_id).values():
            binding._agree_on({self.mapping_id._key(): self.usercom})
        if side == "usercom":
            self._write_to_contact(self.usercom)
            if self.backend_id.history_days:
                moved = {self.mapping_id._key(): (self.odoo, self.usercom)}
                ValueChanges(self.backend_id).note_chosen(self.partner_id, moved)
        else:
            self.env["usercom.outbox"].sudo()._enqueue(self.partner_id.ids, self.backend_id)

    def _write_to_contact(self, value):
        mapping, partner = self.mapping_id, self.partner_id.with_company(self.backend_id.company_id)
        if mapping.is_consent and value != mapping._rules()[0].withdrawn:
            raise UserError(
                self.env._(
                    "%(contact)s has withdrawn “%(field)s” on one side. Only a new consent, "
                    "entered on the contact itself, can overrule that.",
                    contact=partner.display_name,
                    field=mapping.field_id.sudo().field_description,
                )
            )
        values, protected = {mapping._key(): value}, ProtectedContacts(mapping.sudo(), partner)
        if kept := protected.kept(partner, values):
            raise UserError(with_names(protected.explanation(partner, kept), self.env))
        vals, problems, _refused = ValueImporter(mapping.sudo())(partner, values)
        if problems:
            raise UserError(with_names("\n".join(problems), self.env))
        partner.write(vals)
