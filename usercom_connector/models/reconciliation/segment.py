from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...services.mapping.segment_tags import sending_pairs
from ...services.notifications import notification
from ...services.queue.cron_trigger import request_drain
from ...services.reconciliation.segment_list import SegmentList


class UsercomSegment(models.Model):
    """A segment of User.com, whose users' contacts get a tag when somebody asks for it."""

    _name = "usercom.segment"
    _inherit = "usercom.reading"
    _description = "User.com Segment"
    _rec_name = "label_id"
    _order = "id"
    _is_made_by_people = True
    _kind = "segments"

    backend_id = fields.Many2one(
        index=True, default=lambda self: self.env["usercom.backend"]._of_company()
    )
    label_id = fields.Many2one(
        "usercom.label",
        "Segment in User.com",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('backend_id', '=', backend_id), ('kind', '=', 'segments')]",
    )
    category_id = fields.Many2one(
        "res.partner.category",
        "Tag in Odoo",
        required=True,
        index=True,
        ondelete="cascade",
        help="Contacts in the segment get this tag, and lose it when they are no longer in it. "
        "It is not sent to User.com.",
    )
    is_read = fields.Boolean(
        readonly=True, copy=False, help="Whether all users were met; the others lose the tag now."
    )
    reading = fields.Integer(readonly=True, copy=False, help="How often it was read.")
    users_total = fields.Integer("Users", readonly=True, copy=False, aggregator=False)
    users_read = fields.Integer(readonly=True, copy=False, aggregator=False)
    contact_count = fields.Integer("Contacts", compute="_compute_contact_count")
    state = fields.Selection(
        [
            ("never", "Not Refreshed Yet"),
            ("running", "Refreshing"),
            ("done", "Refreshed"),
            ("failed", "Failed"),
        ],
        compute="_compute_state",
    )
    progress = fields.Float(compute="_compute_state")

    _category_uniq = models.Constraint(
        "unique (category_id)", "A tag can be given by one segment only."
    )
    _label_uniq = models.Constraint("unique (label_id)", "A segment gives one tag only.")

    @api.depends("is_open", "is_read", "error", "ended_at", "users_total", "users_read")
    def _compute_state(self):
        for segment in self:
            segment.state = segment._now()
            share = segment.users_read / segment.users_total if segment.users_total else 0
            segment.progress = 99 if segment.is_read else min(100 * share, 99)

    def _now(self):
        if self.is_open:
            return "running"
        if self.error:
            return "failed"
        return "done" if self.ended_at else "never"

    @api.depends("users_read", "is_open")
    def _compute_contact_count(self):
        groups = self.env["usercom.segment.member"]._read_group(
            [("segment_id", "in", self.ids)], ["segment_id"], ["__count"]
        )
        counts = {segment.id: count for segment, count in groups}
        for segment in self:
            segment.contact_count = counts.get(segment._origin.id, 0)

    # ---- what cannot be saved ----

    @api.constrains("backend_id", "label_id")
    def _check_label(self):
        for segment in self:
            label = segment.label_id
            if label.backend_id != segment.backend_id or label.kind != self._kind:
                mine = label.name if label.sudo(False).has_access("read") else label.id
                raise ValidationError(self.env._("“%s” is of another account.", mine))

    @api.constrains("category_id")
    def _check_category(self):
        """Nothing is sent to User.com because of a segment."""
        pairs = self.env["usercom.tag.mapping"].sudo()
        if self and sending_pairs(self.env):
            raise ValidationError(
                self.env._("A field mapping sends the tags of contacts to User.com.")
            )
        for segment in self:
            if pairs.search_count([("category_id", "=", segment.category_id.id)], limit=1):
                raise ValidationError(
                    self.env._(
                        "“%s” is paired with a tag of User.com. Choose another tag.",
                        segment.category_id.display_name,
                    )
                )

    # ---- life ----

    def write(self, vals):
        if "category_id" in vals:  # who had the former tag keeps it
            changed = self.filtered(lambda segment: segment.category_id.id != vals["category_id"])
            self.env["usercom.segment.member"].sudo().search(
                [("segment_id", "in", changed.ids)]
            ).unlink()
        return super().write(vals)

    # ---- buttons ----

    def action_refresh(self):
        """Have the contacts of these segments get the tag, and the others lose it, by and by."""
        self.check_access("write")
        for backend in self.backend_id:
            if backend.state != "running":
                raise UserError(
                    self.env._(
                        "The account is not running. Press Save and Run in Settings → User.com."
                    )
                )
        for segment in self.sudo().filtered(lambda segment: not segment.is_open):
            SegmentList(segment).begin()
        request_drain(self.backend_id)
        return notification(
            self.env._("Segments being refreshed: %s", len(self)),
            self.env._("The contacts get and lose the tags in the background."),
        )

    def action_contacts(self):
        """Open the contacts that have the tag because of the segment."""
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("base.action_partner_form")
        domain = [("category_id", "in", self.category_id.ids)]
        return action | {"domain": domain, "context": {}, "name": self.category_id.display_name}

    def action_fetch_segments(self):
        """Fetch the segments of the current company's account; returns a notification."""
        self.check_access("read")
        return self.env["usercom.field.mapping"]._connected_account().action_fetch_segments()

    # ---- for the drain ----

    def _note_members(self, partners):
        """Note that these contacts are in the segment, as of the reading under way."""
        self.env.cr.execute(
            SQL(
                """INSERT INTO usercom_segment_member
                          (segment_id, partner_id, reading, create_uid, write_uid,
                           create_date, write_date)
                   SELECT %(segment)s, p.id, %(reading)s, %(uid)s, %(uid)s, %(now)s, %(now)s
                     FROM unnest(%(partners)s::int[]) p (id) ORDER BY p.id
                   ON CONFLICT (segment_id, partner_id) DO UPDATE SET reading = EXCLUDED.reading""",
                segment=self.id,
                reading=self.reading,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                partners=partners.ids,
            )
        )
        self.env["usercom.segment.member"].invalidate_model()
        self.invalidate_recordset(["contact_count"])

    @api.model
    def _forget(self, backend):
        """Forget who is in what, as the account is another system's now."""
        segments = self.search([("backend_id", "=", backend.id)])
        segments.write({"is_open": False, "next_page": False, "error": False, "ended_at": False})
        members = self.env["usercom.segment.member"]
        members.search([("segment_id", "in", segments.ids)]).unlink()
