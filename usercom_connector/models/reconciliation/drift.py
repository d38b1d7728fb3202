from itertools import chain

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...services.companies.participation import LINKS
from ...services.companies.queueing import queue_by_hand
from ...services.contacts.texts import ValueTexts, by_id, with_names
from ...services.inbox.prompts import Prompts, keys_in
from ...services.notifications import told
from ...services.queue.cron_trigger import request_drain
from ...services.reconciliation.differences import MEMBERS
from ...usercom.records import COMPANIES, USERS


class UsercomDrift(models.Model):
    """What the last full comparison found to be not the same on both sides."""

    _name = "usercom.drift"
    _inherit = "usercom.about.contact"
    _description = "User.com Difference"
    _rec_name = "partner_id"
    _order = "kind, id"

    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("different", "Different values"),
            ("only_odoo", "Only in Odoo"),
            ("only_usercom", "Only in User.com"),
        ],
        "Difference",
        required=True,
    )
    resource = fields.Selection(
        [(USERS, "Contact"), (COMPANIES, "Company"), (MEMBERS, "Member of a Company")],
        "Compared As",
        required=True,
        default=USERS,
    )
    partner_id = fields.Many2one("res.partner", "Contact", index=True, ondelete="cascade")
    external_id = fields.Integer("User.com ID", aggregator=False)
    mapping_id = fields.Many2one("usercom.field.mapping", "Field Mapping", ondelete="cascade")
    odoo = fields.Json("In Odoo")
    usercom = fields.Json("In User.com")
    details = fields.Char(compute="_compute_details")

    @api.depends("odoo", "usercom")
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_details(self):
        texts = {resource: ValueTexts(self.env, resource) for resource in (USERS, COMPANIES)}
        for drift in self:
            if drift.resource == MEMBERS:
                drift.details = drift._members_text()
                continue
            sides = {key: (odoo, drift.usercom[key]) for key, odoo in (drift.odoo or {}).items()}
            drift.details = texts[drift.resource].differences(drift.backend_id, sides)

    def _members_text(self):
        """Of which companies the contact is a member: "Member of: Acme ≠ Other"."""
        companies = self.env["res.partner"]
        sides = [
            with_names(by_id(companies.browse((side or {}).get(MEMBERS) or [])), self.env) or "-"
            for side in (self.odoo, self.usercom)
        ]
        return self.env._("Member of: %s", " ≠ ".join(sides))

    # ---- repairing ----

    def action_repair_in_odoo(self):
        """Make Odoo like User.com; returns a notification."""
        self._check_repairable("only_odoo")
        drifts = self.sudo()
        drifts._agree_on("odoo")
        as_companies = drifts.filtered(lambda drift: drift.resource == COMPANIES)
        for drift in drifts - as_companies:
            Prompts(drift.backend_id).put(keys_in({"id": drift.external_id}))
            request_drain(drift.backend_id)
        queue_by_hand(as_companies._company_links())
        told = {
            True: self.env._("Companies to be read from User.com: %s."),
            False: self.env._("Users to be read from User.com: %s."),
        }
        return drifts._unlink_told(told[drifts == as_companies], "external_id")

    def action_repair_in_usercom(self):
        """Make User.com like Odoo; returns a notification."""
        self._check_repairable("only_usercom")
        drifts = self.sudo()
        drifts._agree_on("usercom")
        for backend, group in drifts.grouped("backend_id").items():
            group._unlink_unmet(backend)
            chosen = SQL("b.id = %s", backend.id)
            outbox, whose = self.env["usercom.outbox"].sudo(), group.grouped("resource")
            if companies := whose.pop(COMPANIES, self).partner_id:
                outbox._enqueue_companies(companies.ids, chosen=chosen)
            for users in whose.values():
                outbox._enqueue(users.partner_id.ids, backend)
        return drifts._unlink_told(self.env._("Contacts to be sent to User.com: %s."), "partner_id")

    def _unlink_told(self, text, whose):
        """Delete these and return the notification of how many people they were about."""
        people, backends = {(row.backend_id, row[whose]) for row in self}, self.backend_id
        self.unlink()
        return told(self.env, text % len(people), backends)

    def _unlink_unmet(self, backend):
        """Forget the users that were not among all users, so that they are created again."""
        unmet = self.filtered(lambda drift: drift.kind == "only_odoo")
        as_companies = unmet.filtered(lambda drift: drift.resource == COMPANIES)
        bindings = self.env["usercom.binding"]._of(backend, (unmet - as_companies).partner_id)
        self.env["usercom.binding"].union(*bindings.values())._let_go()
        for link in as_companies._company_links():
            link._forget()

    def _company_links(self):
        """The links of these contacts as companies of the accounts."""
        links = self.env["usercom.company"]
        found = [
            links._of(backend, drifts.partner_id).values()
            for backend, drifts in self.grouped("backend_id").items()
        ]
        return links.concat(*chain.from_iterable(found))

    def _check_repairable(self, kind):
        self.check_access("read")
        if kind in self.mapped("kind"):
            raise UserError(
                {
                    "only_odoo": self.env._(
                        "Nobody is removed from Odoo here. Archive the contacts that are only in "
                        "Odoo, or create them in User.com."
                    ),
                    "only_usercom": self.env._(
                        "Nobody is removed from User.com here. Delete the users that are only in "
                        "User.com there, or create them in Odoo."
                    ),
                }[kind]
            )

    def _agree_on(self, side):
        """Count the values of ``side`` as agreed on, so that the other's count as changed.

        A withdrawn consent is left out: only a new consent can overrule it.
        """
        for drift in self.filtered(lambda drift: drift.kind == "different"):
            if drift.resource == MEMBERS:
                drift._agree_on_members(side)
                continue
            consents = drift.backend_id.mapping_ids.filtered("is_consent")._rules()
            withdrawn = {rule.key: rule.withdrawn for rule in consents}
            values = {
                key: value
                for key, value in drift[side].items()
                if key not in withdrawn or value != withdrawn[key]
            }
            links = self.env[LINKS[drift.resource]]
            links._ensure(drift.backend_id, drift.partner_id)._agree_on(values)

    def _agree_on_members(self, side):
        """Count the companies of ``side`` as those that the contact is known to be a member of."""
        links, members = self.env["usercom.company"], self.env["usercom.membership"]
        companies = self.env["res.partner"].browse(self[side][MEMBERS]).exists()
        binding = self.env["usercom.binding"]._of_user(self.backend_id, self.external_id)
        mine = [("link_id.backend_id", "=", self.backend_id.id), ("binding_id", "=", binding.id)]
        members.search(mine).unlink()
        known = {"binding_id": binding.id, "external_id": self.external_id, "is_ours": True}
        members.create(
            [
                {**known, "link_id": link.id}
                for link in links._of(self.backend_id, companies).values()
                if binding
            ]
        )
