from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..services.comparison import Comparison
from ..services.cron_trigger import request_drain
from ..services.importer.refusals import Refusals
from ..services.inbox.payload import keys_in
from ..services.inbox.prompts import Prompts
from ..services.matcher import Matcher
from ..services.value_texts import ValueTexts


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
    partner_id = fields.Many2one("res.partner", "Contact", index=True, ondelete="cascade")
    external_id = fields.Integer("User.com ID", aggregator=False)
    mapping_id = fields.Many2one("usercom.field.mapping", "Field Mapping", ondelete="cascade")
    odoo = fields.Json("In Odoo")
    usercom = fields.Json("In User.com")
    details = fields.Char(compute="_compute_details")

    @api.depends("odoo", "usercom")
    def _compute_details(self):
        texts = ValueTexts(self.env)
        for drift in self:
            sides = {key: (odoo, drift.usercom[key]) for key, odoo in (drift.odoo or {}).items()}
            drift.details = texts.differences(drift.backend_id, sides)

    # ---- comparing ----

    @api.model
    def _forget(self, backend):
        self.search([("backend_id", "=", backend.id)]).unlink()

    @api.model
    def _compare(self, sweep, users):
        """Report what differs between ``users`` and their contacts, and who has none."""
        backend = sweep.backend_id
        bindings = self.env["usercom.binding"].search(
            [("backend_id", "=", backend.id), ("external_id", "in", [user.id for user in users])]
        )
        bindings.compared_at = sweep.started_at
        linked = {binding.external_id: binding for binding in bindings}
        queued = self.env["usercom.outbox"]._waiting_contacts(backend, bindings.partner_id)
        erased = self.env["usercom.tombstone"]._erased(backend, users)
        found = self._strangers(
            sweep, [user for user in users if user.id not in linked.keys() | erased]
        )
        seen = backend._seen(bindings.partner_id)
        contacts = {contact.id: contact for contact in seen - queued}
        comparison = Comparison(backend._active_mappings(), seen)
        for user in users:
            binding = linked.get(user.id)
            if binding and (contact := contacts.get(binding.partner_id.id)):
                found += self._differences(contact, binding, user, comparison)
        self.create(found)

    @api.model
    def _strangers(self, sweep, users):
        """The values of the rows of users without a contact; look at those whose person has another
        user.

        That one may have been merged into this one, as User.com does overnight without a call: then
        this one is the contact's from now on, and nobody is missing on either side.
        """
        backend = sweep.backend_id
        strangers = backend._importable(users)
        known, left_out = Matcher(backend).find_contacts(strangers)
        partners = self.env["res.partner"].union(*known.values())
        bindings = self.env["usercom.binding"]._of(backend, partners)
        refusals, survivors = Refusals(backend), set()
        for user in strangers:
            refusal = user.id in known and refusals.of(user, known[user.id], bindings)
            if refusal and refusal.is_another:
                survivors.add(user.id)
                bindings[refusal.partner.id].compared_at = sweep.started_at
                Prompts(backend).read_singly(user)
            elif refusal and refusal.problems:
                problems = "\n".join(refusal.problems)
                Prompts(backend).report(user, problems, is_ambiguous=True)
        return [
            {"kind": "only_usercom"} | self._keys(backend, user.id)
            for user in strangers
            if user.id not in left_out.keys() | survivors
        ]

    @api.model
    def _keys(self, backend, user_id):
        return {"backend_id": backend.id, "external_id": user_id}

    @api.model
    def _differences(self, contact, binding, user, comparison):
        """A row for each field that differs: both parts of a name are one."""
        found = comparison.differences(contact, user, binding._last_base())
        different = comparison.mappings.filtered(lambda mapping: mapping._key() in found)
        return [
            {
                "kind": "different",
                "mapping_id": mappings[:1].id,
                "partner_id": contact.id,
                "odoo": {mapping._key(): found[mapping._key()][0] for mapping in mappings},
                "usercom": {mapping._key(): found[mapping._key()][1] for mapping in mappings},
                **self._keys(binding.backend_id, user.id),
            }
            for mappings in different.grouped("field_name").values()
        ]

    @api.model
    def _add_unmet(self, sweep):
        """Report the contacts whose user was not among all users, and those without any."""
        backend = sweep.backend_id
        met = [("backend_id", "=", backend.id), ("compared_at", ">=", sweep.started_at)]
        erased = [("backend_id", "=", backend.id), ("state", "=", "erased")]
        unmet = Domain("usercom_binding_ids", "not any", Domain.OR([met, erased]))
        domain = backend._partner_domain() & unmet
        self.env.flush_all()
        contacts = backend._partners()._search(domain)
        self.env.cr.execute(
            SQL(
                """INSERT INTO usercom_drift
                          (backend_id, kind, partner_id, create_date, write_date)
                   SELECT %s, 'only_odoo', p.id, %s, %s
                     FROM res_partner p WHERE p.id IN %s""",
                backend.id,
                sweep.started_at,
                sweep.started_at,
                contacts.subselect(),
            )
        )

    # ---- repairing ----

    def action_repair_in_odoo(self):
        """Make Odoo like User.com."""
        self._check_repairable("only_odoo")
        drifts = self.sudo()
        drifts._agree_on("odoo")
        for drift in drifts:
            Prompts(drift.backend_id).put(keys_in({"id": drift.external_id}))
            request_drain(drift.backend_id)
        drifts.unlink()

    def action_repair_in_usercom(self):
        """Make User.com like Odoo."""
        self._check_repairable("only_usercom")
        drifts = self.sudo()
        drifts._agree_on("usercom")
        for backend, group in drifts.grouped("backend_id").items():
            group._unlink_unmet(backend)
            self.env["usercom.outbox"].sudo()._enqueue(group.partner_id.ids, backend)
        drifts.unlink()

    def _unlink_unmet(self, backend):
        """Forget the users that were not among all users, so that they are created again."""
        partners = self.filtered(lambda drift: drift.kind == "only_odoo").partner_id
        bindings = self.env["usercom.binding"]._of(backend, partners)
        self.env["usercom.binding"].union(*bindings.values())._forget()

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
            consents = drift.backend_id.mapping_ids.filtered("is_consent")._rules()
            withdrawn = {rule.key: rule.withdrawn for rule in consents}
            values = {
                key: value
                for key, value in drift[side].items()
                if key not in withdrawn or value != withdrawn[key]
            }
            binding = self.env["usercom.binding"]._ensure(drift.backend_id, drift.partner_id)
            binding._agree_on(values)
