from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...services.contacts.texts import ValueTexts
from ...services.database.clean_up import BATCH, delete_batch


class UsercomValueChange(models.Model):
    """A value that a pair of fields moved: when, from what to what, and by whom.

    Noted only where the account keeps such a history, for as many days as it says.
    """

    _name = "usercom.value.change"
    _inherit = ["usercom.about.contact", "usercom.about.value"]
    _description = "User.com Changed Value"
    _rec_name = "mapping_id"
    _order = "id desc"

    create_date = fields.Datetime("When", readonly=True)
    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Contact", required=True, readonly=True, index=True, ondelete="cascade"
    )
    mapping_id = fields.Many2one(
        "usercom.field.mapping", "Field", required=True, readonly=True, ondelete="cascade"
    )
    direction = fields.Selection(
        [("sent", "Sent"), ("received", "Received")], required=True, readonly=True
    )
    values = fields.Json(readonly=True, help="What was there before, and what is there now.")
    old_text = fields.Char("Old Value", compute="_compute_texts")
    new_text = fields.Char("New Value", compute="_compute_texts")
    origin = fields.Selection(
        [
            ("user", "Odoo user"),
            ("hand", "By hand"),
            ("usercom", "User.com"),
            ("sync", "Initial sync"),
            ("automatic", "Automatic"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "Odoo User", readonly=True, ondelete="set null")
    author = fields.Char("By", compute="_compute_author")

    _mapping_idx = models.Index("(mapping_id, id DESC)")

    @api.depends("values", "mapping_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        texts = ValueTexts(self.env)
        for change in self:
            old, new = change.values or (None, None)
            change.old_text = texts.value(change.mapping_id, old)
            change.new_text = texts.value(change.mapping_id, new)

    @api.depends("origin", "user_id")
    @api.depends_context("lang")
    def _compute_author(self):
        origins = dict(self._fields["origin"]._description_selection(self.env))
        for change in self:
            origin, user = origins.get(change.origin), change.user_id.sudo().name
            is_plain = change.origin == "user" and user
            change.author = user if is_plain else ": ".join(filter(None, (origin, user)))

    @api.autovacuum
    def _gc_old(self):
        """Delete a batch of those that are older than their account keeps them."""
        done = 0
        for backend in self.env["usercom.backend"].search_fetch([], ["history_days"]):
            moment = fields.Datetime.now() - timedelta(days=backend.history_days)
            old = SQL("backend_id = %s AND create_date < %s", backend.id, moment)
            done += delete_batch(self, old, BATCH - done)
        return done, int(done >= BATCH)
