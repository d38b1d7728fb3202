import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...services.contacts.texts import ContactText
from ...services.database.clean_up import BATCH, delete_batch

_FACTS = ("overwritten", "overwrites", "sends", "receives")
_NEWS = ("result", "label", "problems", *_FACTS)
_OF_USER = "l.external_id = ANY(%(users)s) AND l.external_id = r.user_id"
_OF_CONTACT = """
    l.partner_id = ANY(%(partners)s) AND l.partner_id = r.partner_id
    AND coalesce(l.external_id, 0) = 0"""


class UsercomSyncLine(models.Model):
    """One person of an initial sync: how the two sides go together, and what became of it."""

    _name = "usercom.sync.line"
    _inherit = ["usercom.guarded", "usercom.sync.line.value"]
    _description = "Person of an Initial Sync"
    _rec_name = "label"
    _order = "id"
    _fixed_fields = ("sync_id",)

    sync_id = fields.Many2one("usercom.sync", "Initial Sync", required=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("linked", "Linked before"),
            ("matched", "On both sides"),
            ("new_here", "Only in User.com"),
            ("new_there", "Only in Odoo"),
            ("ambiguous", "Ambiguous"),
            ("missing", "No longer in User.com"),
            ("left_out", "Left out"),
        ],
        required=True,
    )
    matched_by = fields.Selection(
        [
            ("link", "Link"),
            ("key", "User.com ID"),
            ("custom_id", "Custom ID"),
            ("email", "E-mail"),
            ("phone", "Phone"),
        ],
    )
    partner_id = fields.Many2one("res.partner", "Contact", ondelete="cascade")
    email = fields.Char("Contact's E-mail", related="partner_id.email")
    external_id = fields.Integer("User.com ID", aggregator=False)
    label = fields.Char("User.com User")
    is_candidate = fields.Boolean(help="An ambiguous user may be this contact.")
    new_company_id = fields.Many2one(
        "res.partner",
        "Company to Be Created",
        ondelete="set null",
        index="btree_not_null",
        help="The contact's company, which is to be created in User.com, or linked with one there.",
    )
    joined_company_id = fields.Many2one(
        "res.partner",
        "Company to Be Joined",
        ondelete="set null",
        index="btree_not_null",
        help="The company that the contact is to get, as User.com has it.",
    )
    sent_company_id = fields.Many2one(
        "res.partner",
        "Company to Be Sent",
        ondelete="set null",
        index="btree_not_null",
        help="The contact's company, of which Odoo has values that User.com lacks.",
    )
    received_company_id = fields.Many2one(
        "res.partner",
        "Company to Be Written",
        ondelete="set null",
        index="btree_not_null",
        help="The contact's company, of which User.com has values that Odoo lacks.",
    )
    sends = fields.Boolean("To Be Sent", help="Odoo has values that User.com lacks.")
    receives = fields.Boolean("To Be Written", help="User.com has values that Odoo lacks.")
    problems = ContactText("Problem")
    result = fields.Selection(
        [
            ("done", "Done"),
            ("importing", "Imported, not yet verified"),
            ("queued", "In the outbox"),
            ("skipped", "Left as it is"),
            ("failed", "Failed"),
        ],
    )
    force_single = fields.Boolean(help="Not, or not again, to be imported.")

    _user_idx = models.Index("(sync_id, external_id) WHERE external_id IS NOT NULL")
    _partner_idx = models.Index("(partner_id, sync_id) WHERE partner_id IS NOT NULL")
    _kind_idx = models.Index("(sync_id, kind, result)")
    _open_idx = models.Index("(sync_id, id) WHERE kind = 'new_there' AND result IS NULL")
    _force_single_idx = models.Index("(sync_id) WHERE force_single IS TRUE")
    _values_idx = models.Index("(sync_id) WHERE conflicts IS NOT NULL OR overwrites > 0")
    _problems_idx = models.Index("(sync_id) WHERE problems IS NOT NULL")
    _new_company_idx = models.Index("(sync_id, new_company_id) WHERE new_company_id IS NOT NULL")
    _joined_idx = models.Index("(sync_id) WHERE joined_company_id IS NOT NULL")
    _sent_company_idx = models.Index("(sync_id, sent_company_id) WHERE sent_company_id IS NOT NULL")
    _received_company_idx = models.Index(
        "(sync_id, received_company_id) WHERE received_company_id IS NOT NULL"
    )
    _under_way_idx = models.Index("(sync_id, result, id) WHERE result IN ('queued', 'importing')")

    @api.autovacuum
    def _gc_lines(self):
        """Delete a batch of the people of syncs that ended before the account's log begins."""
        done = 0
        for backend in self.env["usercom.backend"].search_fetch([], ["log_days"]):
            moment = fields.Datetime.now() - timedelta(days=backend.log_days)
            ended = [("state", "in", ("done", "cancelled")), ("ended_at", "<", moment)]
            syncs = self.env["usercom.sync"].search([("backend_id", "=", backend.id), *ended])
            done += delete_batch(self, SQL("sync_id = ANY(%s)", syncs.ids), BATCH - done)
        return done, int(done >= BATCH)

    @api.model
    def _to_be_sent(self, partners):
        """The lines by which ``partners`` are still to be sent as new users."""
        is_open = [("kind", "=", "new_there"), ("result", "=", False)]
        return self.search([("partner_id", "in", partners.ids), *is_open])

    # ---- what became of them ----

    @api.model
    def _record(self, sync, results):
        """Store what became of users: ``{user id: values of the line}``.

        Who came to User.com after the preview gets a line now.
        """
        self.flush_model()
        for whose in (_OF_USER, _OF_CONTACT):
            known = self._store(sync, whose, results) if results else ()
            results = {key: vals for key, vals in results.items() if key not in known}
        self.create(
            [{"sync_id": sync.id, "external_id": key, **vals} for key, vals in results.items()]
        )

    @api.model
    def _store(self, sync, whose, results):
        """Store ``results`` in the lines that ``whose`` finds; returns the users who have one."""
        users = list(results)
        partners = [vals["partner_id"] or None for vals in results.values()]
        news = [
            {"user_id": user_id, "partner_id": vals["partner_id"] or None}
            | {name: vals[name] or None for name in _NEWS}
            for user_id, vals in results.items()
        ]
        rows = self.env.execute_query(
            SQL(
                """UPDATE usercom_sync_line l
                      SET external_id = r.user_id, label = r.label, result = r.result,
                          problems = r.problems, %(facts)s,
                          partner_id = coalesce(r.partner_id, l.partner_id)
                     FROM jsonb_to_recordset(%(news)s::jsonb)
                          AS r(user_id int, partner_id int, label text, result text, problems text,
                               overwritten jsonb, overwrites int, sends bool, receives bool)
                    WHERE l.sync_id = %(sync)s AND %(whose)s
                RETURNING r.user_id""",
                sync=sync.id,
                whose=SQL(whose, users=users, partners=partners),
                news=json.dumps(news),
                facts=SQL(", ").join(map(_unless_known, _FACTS)),
            )
        )
        self.invalidate_model()
        return {user_id for (user_id,) in rows}

    @api.model
    def _of_users(self, sync, user_ids):
        """``{user id: line}``."""
        found = self.search([("sync_id", "=", sync.id), ("external_id", "in", list(user_ids))])
        return {line.external_id: line for line in found}

    @api.model
    def _settle_queued(self, sync):
        """Take over what the outbox has made of the queued contacts; returns the calls made.

        Who left before being sent has no user, and stays as it is. A link may be there: it keeps
        what an attempt sent that nobody answered.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """UPDATE usercom_sync_line l
                      SET result = CASE WHEN b.id IS NULL OR b.state = 'pending' AND
                                              coalesce(b.external_id, 0) = 0 THEN 'skipped'
                                        WHEN b.state = 'synced' THEN 'done' ELSE 'failed' END,
                          problems = CASE b.state WHEN 'synced' THEN NULL
                                       WHEN 'gone' THEN %(gone)s ELSE b.last_error END,
                          external_id = coalesce(b.external_id, l.external_id)
                     FROM usercom_sync_line q
                     LEFT JOIN usercom_binding b
                       ON b.backend_id = %(backend)s AND b.partner_id = q.partner_id
                    WHERE q.id = l.id AND q.sync_id = %(sync)s AND q.result = 'queued'
                      AND NOT EXISTS (
                          SELECT FROM usercom_outbox o
                           WHERE o.backend_id = %(backend)s AND o.partner_id = q.partner_id
                             AND o.state = 'pending' AND o.resource = 'users' OFFSET 0)
                   RETURNING CASE l.kind WHEN 'new_there' THEN 2 ELSE 1 END""",
                sync=sync.id,
                backend=sync.backend_id.id,
                gone=self._gone(),
            )
        )
        self.invalidate_model()
        return sum(calls for (calls,) in rows)

    @api.model
    def _gone(self):
        state = self.env["usercom.binding"]._fields["state"]
        return dict(state._description_selection(self.env))["gone"]


def _unless_known(name):
    """Set a column only with the first result: whoever is read again agrees by then."""
    column = SQL.identifier(name)
    return SQL(
        "%(column)s = CASE WHEN l.result IS NULL THEN r.%(column)s ELSE l.%(column)s END",
        column=column,
    )
