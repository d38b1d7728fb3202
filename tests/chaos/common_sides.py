"""Both sides as a history sees and changes them: here Odoo in this process, by its ORM."""

from datetime import timedelta

from odoo import fields

from .common_firms import NAMES
from .common_values import FIELDS

QUEUES = ("usercom.inbox", "usercom.outbox")


class Sides:
    """The account of a `UsercomCase`, and the simulator behind it."""

    def __init__(self, case):
        self.case, self.env, self.backend = case, case.env, case.backend
        self.simulator, self.ids = case.simulator, case.ids

    def choose(self, policy, removal, custom_id, firm_removal):
        values = {"removal_policy": removal, "custom_id_policy": custom_id}
        if firm_removal:
            values |= {"sync_companies": True, "company_removal_policy": firm_removal}
        self.backend.write(values)
        both_ways = self.backend.company_mapping_ids.filtered(lambda pair: pair._key() in NAMES)
        both_ways.direction = "both"
        (self.backend.mapping_ids + both_ways).conflict_policy = policy

    # ---- Odoo ----

    def create(self, values):
        return self.case.contact(**values).id

    def write(self, contact_id, values):
        self._contact(contact_id).write(values)

    def act(self, contact_id, method):
        getattr(self._contact(contact_id), method)()

    def merge(self, lost_id, kept_id):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([lost_id, kept_id], self._contact(kept_id))

    def commit(self):
        self.env.cr.flush()

    def read(self, contact_id):
        """Its fields; None if there is none."""
        contact = self._contact(contact_id)
        return contact.read(FIELDS, load=None)[0] if contact_id and contact.exists() else None

    def read_firm(self, partner_id):
        return self._contact(partner_id).read(NAMES)[0]

    def contacts(self, emails):
        """The ids of all contacts with one of these addresses."""
        archive = self.env["res.partner"].with_context(active_test=False)
        return archive.search([("email", "in", list(emails))]).ids

    def contact_of(self, user_ids):
        """The id of the contact linked to one of these users; 0 if none is."""
        self.env.flush_all()
        links = self.env["usercom.binding"].search([("external_id", "in", user_ids)])
        return links.partner_id[:1].id or 0

    def link(self, contact_id):
        """The id of the user that the contact is linked to, and what is wrong with it."""
        link = self.env["usercom.binding"].search([("partner_id", "=", contact_id)])
        return link.external_id, link.last_error

    def company_link(self, partner_id):
        """The id of the company in User.com that this one is linked to, and what is wrong."""
        link = self._company_link(partner_id)
        return link.external_id, link.last_error

    def _company_link(self, partner_id):
        return self.env["usercom.company"].search([("partner_id", "=", partner_id)])

    def push_company(self, partner_id):
        """Push a company by hand; whether it has a link."""
        link = self._company_link(partner_id)
        link.action_push()
        return bool(link)

    def linked_companies(self):
        return self.env["usercom.company"].search([]).mapped("external_id")

    def is_waiting(self, contact_id):
        """Whether Odoo does not know yet that its last word has arrived."""
        self.env.cr.flush()
        rows = [("partner_id", "=", contact_id), ("state", "=", "pending")]
        return bool(self.env["usercom.outbox"].search_count(rows))

    def _contact(self, contact_id):
        return self.env["res.partner"].browse(contact_id)

    # ---- on the way ----

    def arrive(self, payload):
        """A call of User.com's."""
        self.case.stored_call(payload)

    def drain(self):
        self.case.drain()

    def kill(self, random):
        """The answer to the next call is lost, what it did is perhaps not; the worker is killed."""
        method, applied = random.choice(("GET", "PUT", "POST")), random.random() < 0.7
        self.simulator.fault(kind="reset", method=method, apply=applied, count=1)
        self.case.drain()
        self.simulator.clear_faults()
        for rows in self._pending():
            rows.write({"claimed_at": "2026-01-01", "next_attempt_at": False})
        self.env.flush_all()  # as its last commit: what queues contacts reads it by SQL
        return f"the worker, in a {method}, applied: {applied}"

    def _pending(self):
        return [self.env[queue].search([("state", "=", "pending")]) for queue in QUEUES]

    def due(self, kind):
        earlier = fields.Datetime.now() - timedelta(hours=24)
        sweep = self.env["usercom.sweep"]._of(self.backend, kind)
        sweep.write({"started_at": earlier - timedelta(days=7), "read_until": earlier})

    def come_to_rest(self):
        """Minutes pass until nothing waits; returns the calls that write all the same.

        After minutes without a write, and with nothing left that waits, there have to be two more.
        """
        for _round in range(6):
            if not self._writes() and not any(self._pending()):
                break
        return self._writes() + self._writes()

    def _writes(self):
        """The calls of the next minutes that write."""
        self.simulator.clear_journal()
        self._later()
        return [call for call in self.case.calls() if not call.startswith("GET")]

    def _later(self):
        """What waits is due again, and what was looked at a moment ago may be looked at again."""
        self.case.pass_time()
        for rows in self._pending():
            rows.next_attempt_at = False
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE usercom_inbox SET write_date = write_date - interval '2 minutes',"
            " create_date = create_date - interval '2 minutes'"
        )
        self.env.cr.execute(
            "UPDATE usercom_company SET creating_since = creating_since - interval '3 minutes'"
        )
        self.env.invalidate_all()
        self.case.drain()
