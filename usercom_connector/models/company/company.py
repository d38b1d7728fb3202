from odoo import api, fields, models

from ...services.companies.queueing import queue_by_hand
from ...services.notifications import joined
from ...services.queue.cron_trigger import request_drain
from ...usercom.verify_write import CREATION_TAKES
from ..contact.link import moment


class UsercomCompany(models.Model):
    """The link of one company of Odoo with one company of User.com."""

    _name = "usercom.company"
    _inherit = "usercom.link"
    _description = "User.com Company"
    _rec_name = "partner_id"
    _order = "id desc"

    partner_id = fields.Many2one(string="Company")
    creating_since = fields.Datetime(
        help="When the last call was made to create it whose answer is not known."
    )
    membership_ids = fields.One2many("usercom.membership", "link_id", "Members")
    member_count = fields.Integer("Members in User.com", compute="_compute_member_count")

    _partner_uniq = models.Constraint(
        "unique (partner_id, backend_id)", "A company has one link per User.com account."
    )
    _external_id_uniq = models.UniqueIndex(
        "(backend_id, external_id) WHERE external_id > 0",
        "This company of User.com is linked to another company already.",
    )
    _last_error_idx = models.Index("(id) WHERE last_error IS NOT NULL")
    _state_idx = models.Index("(backend_id, state)")

    def _compute_member_count(self):
        counts = dict(
            self.env["usercom.membership"]._read_group(
                [
                    ("link_id", "in", self.ids),
                    ("external_id", ">", 0),
                    ("has_left", "=", False),
                ],
                ["link_id"],
                ["__count"],
            )
        )
        for link in self:
            link.member_count = counts.get(link, 0)

    def _agree(self, company_id, company, base, error=None, unconfirmed=None):
        """Both sides now agree on ``base``; ``company`` is None where User.com was not asked.

        ``unconfirmed``: what was sent and may still arrive.
        """
        received = self._received(company) if company else {}
        self.write(
            received
            | self._agreement_columns(company_id, base, error, unconfirmed)
            | {"creating_since": False, "left_at": False}
        )

    def _creation_ends(self):
        """When a call that may be creating it has ended at the latest; None if there is none."""
        is_open = not self.external_id and self.creating_since
        return self.creating_since + CREATION_TAKES if is_open else None

    def _removal(self):
        """The values of a row that deletes it; one that may be being created is looked for then."""
        values = {
            "backend_id": self.backend_id.id,
            "external_id": self.external_id,
            "resource": "companies",
            "operation": "delete",
        }
        if ends := self._creation_ends():
            values |= {"custom_id": self.custom_id, "next_attempt_at": ends}
        return values

    def _has_seen(self, company):
        """Whether it was looked at in this or a later state than ``company`` is."""
        at = moment(company)
        return bool(at) and at <= (self.remote_updated_at or "")

    def _forget(self):
        """Forget which company of User.com it is; pushed again, it is looked for and created."""
        self.membership_ids.unlink()
        nothing = {"external_id": False, "custom_id": False, "base": False, "unconfirmed": False}
        self.write(nothing | {"state": "pending"})

    @api.model
    def _merge_contacts(self, merged, survivor):
        """Odoo merges the companies ``merged`` into ``survivor``: keep one link in each account.

        The survivor's own stays; without one it takes over another's. The members follow.
        """
        found = self.search([("partner_id", "in", (merged + survivor).ids)])
        for links in found.grouped("backend_id").values():
            live = links.filtered(lambda link: link._is_live())
            kept = live.sorted(lambda link: (link.partner_id != survivor, link.id))[:1] or links[:1]
            rows = self.env["usercom.outbox"]._enqueue_company_removals(links - kept)
            (links - kept).unlink()
            kept.partner_id = survivor
            request_drain(rows.backend_id)

    def _memberships(self, binding_ids):
        """The memberships in this company of contacts with these links."""
        return self.env["usercom.membership"].search(
            [("link_id", "=", self.id), ("binding_id", "in", binding_ids)]
        )

    # ---- buttons ----

    def action_push(self):
        """Queue the companies for User.com; returns a notification."""
        self.check_access("read")
        self.partner_id.check_access("read")
        queued = queue_by_hand(self.sudo())
        text = self.env._("Companies to be sent to User.com: %s.", len(queued))
        return joined(self.env, [(text, [])], "success" if queued == self else "warning")

    def action_open_members(self):
        """Open the contacts that are members."""
        self.check_access("read")
        self.ensure_one()
        members = self.membership_ids.filtered(lambda member: not member.has_left)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Members"),
            "res_model": "res.partner",
            "view_mode": "list,kanban,form",
            "mobile_view_mode": "kanban",
            "domain": [("id", "in", members.binding_id.partner_id.ids)],
            "context": {"active_test": False, "create": False},
        }

    def _creation_ended(self):
        """No call is under way any more that may create these companies."""
        links = self.filtered("creating_since")
        links.write({"creating_since": False, "custom_id": False})

    def _forget_unsent(self, push):
        """Forget what the first attempt ``push`` would have sent, as it created no company."""
        if not (push.identity.user_id or push.unconfirmed):
            self.filtered(lambda link: not link.external_id).unconfirmed = False
