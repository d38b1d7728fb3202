import json

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from ..usercom.jobs import Fetch, Identity
from .usercom_backend_drain import Task
from .usercom_queue import CLAIM_SIZE, URGENT


class UsercomInbox(models.Model):
    """What User.com told us: each row is a prompt to read one user again."""

    _name = "usercom.inbox"
    _inherit = "usercom.queue"
    _description = "User.com Inbox"
    _rec_name = "user_ref"

    user_ref = fields.Char("User", required=True, help="The strongest key that came.")
    external_id = fields.Integer("User.com ID", aggregator=False)
    custom_id = fields.Char("Custom ID")
    email = fields.Char()
    payload = fields.Json("Received", groups="usercom_connector.group_usercom_manager")
    partner_id = fields.Many2one(
        "res.partner", "Contact", ondelete="cascade", index="btree_not_null"
    )

    _open_idx = models.Index("(backend_id, priority DESC, id) WHERE state = 'pending'")
    _due_idx = models.Index("(backend_id, next_attempt_at) WHERE state = 'pending'")
    _user_idx = models.Index("(backend_id, user_ref) WHERE state = 'pending'")
    _external_idx = models.Index("(backend_id, external_id) WHERE state = 'pending'")

    # ---- filling ----

    @api.model
    def _receive(self, token, body):
        """Store one call of User.com's automation; returns the word that answers it."""
        backend = self.env["usercom.backend"]._by_webhook_token(token)
        if not backend:
            return "unauthorized"
        payload = self._parse(body)
        keys = self._keys(payload) if payload is not None else None
        if not keys:
            return "malformed"
        if backend.state not in ("running", "paused"):
            return "never_run"
        self._put(backend, keys, payload)
        return "accepted"

    @api.model
    def _parse(self, body):
        """The JSON object of ``body``, None if it is none or no database could keep it."""
        try:
            payload = json.loads(body, parse_constant=self._refuse_constant)
            json.dumps(payload, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            return None
        return (
            payload if isinstance(payload, dict) and "\\u0000" not in json.dumps(payload) else None
        )

    @staticmethod
    def _refuse_constant(name):
        raise ValueError(name)

    @api.model
    def _keys(self, payload):
        """``{external_id, custom_id, email, user_ref}`` of the user it names; empty if nobody."""
        user, extra = payload.get("user"), payload.get("extra")
        named = user if isinstance(user, dict) and user else extra
        if not isinstance(named, dict):
            return {}
        keys = {
            "external_id": self._integer(named.get("id")),
            "custom_id": self._text(named.get("custom_id")),
            "email": email_normalize(self._text(named.get("email")) or "", strict=False) or None,
        }
        ref = next((f"{name}:{value}" for name, value in keys.items() if value), None)
        return {**keys, "user_ref": ref} if ref else {}

    @staticmethod
    def _integer(value):
        text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else 0
        return number if 0 < number < 2**31 else None

    @staticmethod
    def _text(value):
        return value.strip() or None if isinstance(value, str) else None

    @api.model
    def _put(self, backend, keys, payload=None):
        priority = URGENT if self._tells_withdrawal(backend, payload) else 0
        row = self.create(
            {"backend_id": backend.id, "payload": payload, "priority": priority, **keys}
        )
        backend._wake()
        return row

    @api.model
    def _put_contacts(self, backend, partners):
        """Queue a fresh read of contacts, by whatever User.com may know them."""
        bindings = self.env["usercom.binding"]._of(backend, partners)
        rows = []
        for partner in backend._seen(partners):
            identity = backend._identity(partner, bindings.get(partner.id))
            if keys := self._keys({"user": identity.as_keys()}):
                rows.append({"backend_id": backend.id, "partner_id": partner.id, **keys})
        self.create(rows)
        backend._wake()

    @api.model
    def _hurry(self, partner_ids):
        """What waits for contacts that withdrew a consent goes first: they are sent after it."""
        self.env.cr.execute(
            SQL(
                """UPDATE usercom_inbox i SET priority = %s FROM usercom_binding b
                    WHERE b.backend_id = i.backend_id AND b.external_id = i.external_id
                      AND b.partner_id = ANY(%s) AND i.state = 'pending'""",
                URGENT,
                list(partner_ids),
            )
        )

    @api.model
    def _erase(self, partners):
        """Delete what was received of ``partners``, who are being erased.

        What came under an e-mail address that another contact has too is that one's as well.
        """
        others = (
            self.env["res.partner"]
            .with_context(active_test=False)
            .search([("email_normalized", "in", partners.mapped("email_normalized"))])
        )
        emails = set(partners.mapped("email_normalized")) - set(
            (others - partners).mapped("email_normalized")
        )
        links = self.env["usercom.binding"].search([("partner_id", "in", partners.ids)])
        received = Domain.OR(
            Domain("backend_id", "=", link.backend_id.id)
            & Domain("external_id", "=", link.external_id or -1)
            for link in links
        )
        received |= Domain("partner_id", "in", partners.ids)
        received |= Domain("email", "in", [email for email in emails if email])
        self.search(received).unlink()

    # ---- draining ----

    @api.model
    def _unhindered(self):
        """A user under way waits its turn."""
        return SQL(
            """NOT EXISTS (
                   SELECT FROM usercom_inbox c
                    WHERE c.backend_id = r.backend_id AND c.user_ref = r.user_ref
                      AND c.state = 'pending' AND c.claimed_at IS NOT NULL)"""
        )

    @api.model
    def _claim(self, backend, priority=0):
        """Claim all waiting rows of some users: together they are one piece of work.

        One of the rows at least has this ``priority`` or a higher one.
        """
        refs = SQL(
            """SELECT r.user_ref FROM usercom_inbox r
                WHERE %s AND %s AND r.priority >= %s
                ORDER BY r.priority DESC, r.id LIMIT %s""",
            self._waiting(backend),
            self._due(),
            priority,
            CLAIM_SIZE,
        )
        return self._claim_ids(
            SQL(
                """SELECT r.id FROM usercom_inbox r WHERE %s AND r.user_ref IN (%s)
                      FOR UPDATE OF r SKIP LOCKED""",
                self._waiting(backend),
                refs,
            )
        )

    def _tasks(self, backend):
        return [
            Task(rows, Fetch(rows[-1]._identity())) for rows in self.grouped("user_ref").values()
        ]

    def _identity(self):
        return Identity(self.external_id or None, self.custom_id, self.email)

    def _settle(self, task, user):
        """Bring what User.com now says to the contact."""
        backend = self.backend_id._told_by(self, user)
        if user is None:
            return self._settle_missing(backend, task.job.identity)
        partner = backend._find_contact(user)
        if len(partner) > 1:
            return self._fail(self._ambiguous_message(user, partner))
        if partner:
            self._heed_withdrawals(backend, partner, user)
            problems = backend._merge_user(partner, user)
        else:
            partner, problems = self._meet(backend, user)
        self._close(problems, partner_id=partner.id)

    def _settle_missing(self, backend, identity):
        """User.com has no such user (any more)."""
        gone = self.env["usercom.binding"].search(
            [
                ("backend_id", "=", backend.id),
                ("external_id", "=", identity.user_id or 0),
                ("external_id", ">", 0),
            ]
        )
        gone.state = "gone"
        self._finish(partner_id=gone.partner_id.id)

    def _ambiguous_message(self, user, partners):
        return self.env._(
            "Several contacts match User.com user %(user)s: %(contacts)s. "
            "Enter the id %(id)s in the User.com key of the right one.",
            user=user.email or user.id,
            id=user.id,
            contacts=", ".join(partners.mapped("display_name")),
        )

    def _meet(self, backend, user):
        """A person Odoo does not know yet: ``(contact or empty, problems)``."""
        erased = self.env["usercom.tombstone"]._erased(backend, [user])
        if erased or backend.new_user_policy not in ("create", "lead"):
            return self.env["res.partner"], []
        partner, problems = backend._create_contact(user)
        if backend.new_user_policy == "lead" and "crm.lead" in self.env:
            self._create_lead(backend, partner)
        return partner, problems

    def _create_lead(self, backend, partner):
        self.env["crm.lead"].sudo().with_company(backend.company_id).create(
            {
                "name": self.env._("%s (User.com)", partner.display_name),
                "partner_id": partner.id,
                "type": "lead",
                "company_id": backend.company_id.id,
            }
        )
