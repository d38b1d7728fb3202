from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...services.contacts.change_texts import ChangeTexts
from ...services.database.clean_up import BATCH, delete_batch


class UsercomValueChange(models.Model):
    """A value that a pair moved: when, from what to what, and by whom.

    The pair is one of fields, or of tags or lists, which ``label_id`` names; or the contact got
    another company, by ``sync_companies``. Noted only where the account keeps such a history, for
    as many days as it says.
    """

    _name = "usercom.value.change"
    _inherit = ["usercom.about.contact", "usercom.about.value"]
    _description = "User.com Changed Value"
    _order = "id desc"

    create_date = fields.Datetime("When", readonly=True)
    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Contact", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("field", "Field"), ("group", "Tag or List"), ("company", "Company")],
        "What",
        required=True,
        readonly=True,
        default="field",
    )
    mapping_id = fields.Many2one(
        "usercom.field.mapping", "Field", readonly=True, ondelete="cascade"
    )
    label_id = fields.Many2one(
        "usercom.label", "Tag or List", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    old_company_id = fields.Many2one(
        "res.partner", readonly=True, groups=fields.NO_ACCESS, index="btree_not_null"
    )
    new_company_id = fields.Many2one(
        "res.partner", readonly=True, groups=fields.NO_ACCESS, index="btree_not_null"
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
    _kind_check = models.Constraint(
        "CHECK ((kind = 'field') = (mapping_id IS NOT NULL)"
        " AND (kind = 'group') = (label_id IS NOT NULL))",
        "What was changed is either a field, or a tag or list, or the company.",
    )

    @api.depends("kind", "mapping_id", "label_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        texts = ChangeTexts(self.env)
        for change in self:
            change.display_name = texts.subject(change)

    @api.depends("values", "kind", "mapping_id")
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_texts(self):
        texts = ChangeTexts(self.env)
        texts.look_up_companies(self)
        for change in self:
            change.old_text, change.new_text = texts.sides(change)

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
