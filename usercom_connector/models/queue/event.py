from odoo import api, fields, models

from ...services.events.events import REPLACED, EventDelivery, EventQueueing
from ...services.failures.problem import Problem
from ...usercom.texts import readable


class UsercomEvent(models.Model):
    """What happened in Odoo and is to be told to User.com, and for a while what was told.

    A contact's events are sent one after the other in the order of their ids, and after the contact
    itself. They are sent at least once: where an answer was lost, User.com may have one twice.
    """

    _name = "usercom.event"
    _inherit = "usercom.queue"
    _description = "User.com Event"
    _done_kind = "event"
    _keeps_answers = True

    partner_id = fields.Many2one("res.partner", "Contact", ondelete="cascade")
    commercial_partner_id = fields.Many2one(
        "res.partner", "Company", ondelete="set null", index="btree_not_null"
    )
    kind = fields.Selection(
        [
            ("event", "Event"),
            ("product_event", "Product event"),
            ("deal", "Deal"),
            ("product", "Product"),
        ],
        required=True,
        default="event",
    )
    name = fields.Char(required=True)
    read_name = fields.Char(
        "Name in User.com",
        groups="usercom_connector.group_usercom_manager",
        prefetch=False,
        help="The name that was read from a record; it is sent instead of the other.",
    )
    key = fields.Char(
        required=True, help="Of a deal or product its custom ID, of an event a key of our own."
    )
    product_key = fields.Char("Product", help="The custom ID of a product event's product.")
    product_keys = fields.Json(help="The custom IDs of products that have to be sent before.")
    occurred_at = fields.Datetime("Occurred", required=True, default=fields.Datetime.now)
    awaits_contact = fields.Boolean(help="What waits of the contact has to be sent before.")
    state = fields.Selection(
        selection_add=[("superseded", "Superseded")], ondelete={"superseded": "cascade"}
    )
    outcome = fields.Selection(
        [
            ("sent", "Sent"),
            ("left_out", "Not synchronized"),
            ("gone", "Gone from User.com"),
        ],
        "Result",
        readonly=True,
        help="What became of it once it was done.",
    )
    # Not prefetched: what is read with every row must not be able to stop the queue.
    data = fields.Json(groups="usercom_connector.group_usercom_manager", prefetch=False)
    answer = fields.Json(groups="usercom_connector.group_usercom_manager", prefetch=False)
    data_text = fields.Text(
        "What Was Sent", compute="_compute_texts", groups="usercom_connector.group_usercom_manager"
    )
    answer_text = fields.Text(
        "What Came Back",
        compute="_compute_texts",
        groups="usercom_connector.group_usercom_manager",
    )

    _waiting_uniq = models.UniqueIndex(
        """(backend_id, kind, key) WHERE state = 'pending'
           AND (claimed_at IS NULL OR kind IN ('event', 'product_event'))"""
    )
    _open_idx = models.Index("(backend_id, priority DESC, id) WHERE state = 'pending'")
    _due_idx = models.Index("(backend_id, next_attempt_at NULLS FIRST) WHERE state = 'pending'")
    _contact_idx = models.Index("(partner_id, backend_id, id) WHERE state = 'pending'")
    _claimed_idx = models.Index(
        "(partner_id, backend_id) WHERE state = 'pending' AND claimed_at IS NOT NULL"
    )
    _awaiting_idx = models.Index("(backend_id, id) WHERE state = 'pending' AND awaits_contact")
    _key_idx = models.Index("(backend_id, kind, key)")
    _partner_idx = models.Index("(partner_id)")

    @api.depends("data", "answer")
    def _compute_texts(self):
        for row in self:
            row.data_text = readable(row.data)
            row.answer_text = readable(row.answer)

    # ---- queued ----

    @api.model
    def _queue(self, backend, items, priority=None):
        """Queue ``items`` of the account ``backend``; returns the rows queued or changed.

        It is for other addons, which call it in the transaction of what happened, with many items
        at once. Items of contacts that are not synchronized are left out. Each is a dictionary:

        - ``kind``: "event" (by default), "product_event", "deal" or "product";
        - ``partner``: the contact, but for a product;
        - ``company``: of a deal, the company whose deal it is. It is told of once User.com has it,
          if companies are synchronized; so is the deal of a company that is no contact there;
        - ``name``: of the event, deal or product; the type of a product event ("purchase");
        - ``read_name``: of an event, what is sent instead of the name, which all users of the
          connector see: they may have no right to what was read from a record;
        - ``data``: JSON values, further fields of a deal or product;
        - ``key``: the custom id of a deal or product. An own key of an event, so that the same
          one does not wait twice; by default a new one;
        - ``product``: the custom id of a product event's product;
        - ``product_keys``: custom ids of products that go before, if they wait;
        - ``occurred_at``: a naive datetime in UTC, by default now.

        A deal or product that waits already is replaced by its newer state. More than 100 at once
        wait for what others do one by one, if no ``priority`` is given.
        """
        return EventQueueing(backend).queue(items, priority)

    def _waiting_of_contact(self):
        """What waits of the contacts of these rows, being sent or not."""
        return self.search(
            [
                ("backend_id", "in", self.backend_id.ids),
                ("partner_id", "in", self.partner_id.ids),
                ("state", "=", "pending"),
            ]
        )

    # ---- worked off ----

    def _tasks(self, backend):
        return EventDelivery(backend).tasks(self)

    def _settle(self, task, result):
        """Record what a job did."""
        EventDelivery(self.backend_id).settle(task.rows, result)

    def _finish(self, **values):
        """Close the rows, and what failed of an earlier state of the same deals and products."""
        states = self.filtered(lambda row: row.kind in REPLACED)
        for (backend, kind), rows in states.grouped(lambda row: (row.backend_id, row.kind)).items():
            self.search(
                [
                    ("backend_id", "=", backend.id),
                    ("kind", "=", kind),
                    ("key", "in", rows.mapped("key")),
                    ("state", "=", "failed"),
                ]
            ).state = "superseded"
        return super()._finish(**values)

    def _release(self, claims):
        return super(UsercomEvent, self._repeatable())._release(claims)

    def _give_back(self):
        return super(UsercomEvent, self._repeatable())._give_back()

    def _repeatable(self):
        """Those of these rows that may be sent again; the others fail: User.com may have them."""
        once = self.filtered(
            lambda row: row.kind not in REPLACED and row.backend_id.event_lost_answer == "fail"
        )
        once._fail(
            Problem(
                self.env._(
                    "What came of it was lost in Odoo: User.com may have it, or not. Look there, "
                    "then retry or dismiss it."
                ),
                "lost_answer",
            )
        )
        return self - once

    @api.model
    def _show_failure(self, backend, partner_ids, message, links_model=None):
        """Nothing is wrong with a contact whose event failed."""

    def _user_id(self):
        known = self.partner_id.usercom_binding_ids.filtered(
            lambda binding: binding.backend_id == self.backend_id
        )
        return known.external_id

    def _not_queued_anew(self):
        others = self._others_alike().grouped(lambda row: row._place())
        newest = {}
        for row in self.sorted("id", reverse=True):
            alike = others.get(row._place(), self.browse())
            if not alike.filtered(lambda other, row=row: other._makes_needless(row)):
                newest.setdefault(row._place(), row.id)
        return self.browse(newest.values())

    def _others_alike(self):
        """Other rows of the same keys that wait, are being sent or were sent."""
        return self.search(
            [
                ("backend_id", "in", self.backend_id.ids),
                ("kind", "in", self.mapped("kind")),
                ("key", "in", self.mapped("key")),
                ("state", "in", ("pending", "done")),
                ("id", "not in", self.ids),
            ]
        )

    def _makes_needless(self, row):
        """Whether ``row`` of the same key need not wait: its newer state is there, or it does."""
        if self.state == "done":
            return self.kind in REPLACED and self.id > row.id
        return not (self.claimed_at and self.kind in REPLACED)

    def _place(self):
        """The keys that no two waiting rows may share."""
        return self.backend_id, self.kind, self.key
