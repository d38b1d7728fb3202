import json
import logging
import time

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize

from ..services.call_rate import CallRate
from ..services.clean_up import BATCH
from ..services.consents.received import (
    received_consents,
    tells_withdrawal,
)
from ..services.contact_names import by_id
from ..services.cron_trigger import request_drain
from ..services.identity import ContactIdentity
from ..services.payload_filter import PayloadFilter
from ..services.priorities import URGENT
from ..services.quiet_sql import without_values
from ..services.retries import without_expected_errors
from ..services.waiting_calls import WaitingCalls
from ..usercom import strict_json
from ..usercom.redaction import readable

_logger = logging.getLogger(__name__)

LONGEST_KEY = 255
MOST_LEVELS = 32
NOTHING = ("None", "null")  # how templates write an empty value
KEYS = ("external_id", "custom_id", "email", "user_ref")
MOST_BYTES = 16 * 1024
AT_ONCE = 9  # tries, where many calls about one user come together
# A row of the same user that waits already is brought up to date: it keeps its turn. One that is
# just being claimed, or changed by another call, is left alone; then a second one waits.
PROMPT = """
    WITH waiting AS (
        UPDATE usercom_inbox i
           SET priority = greatest(i.priority, %(priority)s), next_attempt_at = NULL,
               payload = CASE
                   WHEN i.payload ? 'user' AND %(payload)s::jsonb ? 'user'
                    AND i.payload->>'timestamp' > %(payload)s::jsonb->>'timestamp' THEN i.payload
                   WHEN i.payload ? 'user' AND %(payload)s::jsonb ? 'user' THEN %(payload)s::jsonb
                   ELSE coalesce(%(payload)s::jsonb, i.payload) - 'user' END,
               consents = (
                   SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM (
                       SELECT DISTINCT ON (key) key, value FROM (
                           SELECT * FROM jsonb_each(i.consents)
                           UNION ALL SELECT * FROM jsonb_each(%(consents)s::jsonb)) told
                        ORDER BY key, value->>'at' DESC, value->>'said') newest),
               serial = nextval('usercom_inbox_id_seq'), write_date = %(now)s,
               external_id = coalesce(i.external_id, %(external_id)s),
               custom_id = %(custom_id)s, email = %(email)s  -- as the newest call names the user
         WHERE id = (SELECT id FROM usercom_inbox
                      WHERE backend_id = %(backend_id)s AND user_ref = %(user_ref)s
                        AND state = 'pending' AND claimed_at IS NULL AND partner_id IS NULL
                        AND consents IS NOT NULL
                      ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id),
    fresh AS (
        INSERT INTO usercom_inbox (backend_id, state, attempts, priority, payload, consents,
                                   create_date, write_date, external_id, custom_id, email, user_ref)
        SELECT %(backend_id)s, 'pending', 0, %(priority)s, %(payload)s, %(consents)s,
               %(now)s, %(now)s, %(external_id)s, %(custom_id)s, %(email)s, %(user_ref)s
         WHERE NOT EXISTS (SELECT FROM waiting)
        RETURNING id)
    SELECT id FROM waiting UNION ALL SELECT id FROM fresh"""


class RefusedCalls:
    """Tells the log of calls that are of no use: once a minute, however many there are."""

    def __init__(self, message):
        self._message = message
        self._next_at = 0.0
        self._count = 0

    def add(self):
        self._count += 1
        if time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + 60
            count, self._count = self._count, 0
            _logger.warning(self._message, count)


call_rate = CallRate()
refused_calls = RefusedCalls("user.com webhook: refused %s calls with no or a wrong token")
nameless_calls = RefusedCalls(
    "user.com webhook: refused %s calls that name no user by id, custom_id or email"
)


class UsercomInbox(models.Model):
    """What User.com told us: each row is a prompt to read one user again."""

    _name = "usercom.inbox"
    _inherit = "usercom.queue"
    _description = "User.com Inbox"
    _rec_name = "user_ref"
    _done_kind = "received"

    user_ref = fields.Char("User", required=True, help="The strongest key that came.")
    external_id = fields.Integer("User.com ID", aggregator=False)
    custom_id = fields.Char("Custom ID")
    email = fields.Char()
    payload = fields.Json(
        "Received", groups="usercom_connector.group_usercom_manager", prefetch=False
    )
    consents = fields.Json(
        groups="base.group_system",
        prefetch=False,
        help="What calls said last of each consent, and when.",
    )
    serial = fields.Integer(aggregator=False, help="Grows with each call that the row stands for.")
    payload_text = fields.Text(
        "What Came",
        compute="_compute_payload_text",
        groups="usercom_connector.group_usercom_manager",
    )
    partner_id = fields.Many2one(
        "res.partner", "Contact", ondelete="cascade", index="btree_not_null"
    )
    single = fields.Boolean(help="Not met in the lists of users: to be read by itself.")

    _open_idx = models.Index("(backend_id, priority DESC, id) WHERE state = 'pending'")
    _due_idx = models.Index("(backend_id, next_attempt_at) WHERE state = 'pending'")
    _user_idx = models.Index("(backend_id, user_ref) WHERE state = 'pending'")
    _external_idx = models.Index("(backend_id, external_id) WHERE state = 'pending'")
    _custom_idx = models.Index(
        "(backend_id, custom_id) WHERE state = 'pending' AND coalesce(external_id, 0) = 0"
    )
    _email_idx = models.Index(
        "(email, backend_id) WHERE state = 'pending' AND coalesce(external_id, 0) = 0"
    )
    _called_idx = models.Index("(backend_id, id) WHERE payload IS NOT NULL")

    @api.depends("payload")
    def _compute_payload_text(self):
        for row in self:
            row.payload_text = readable(row.payload)

    @api.depends("external_id", "custom_id", "email")
    def _compute_display_name(self):
        for row in self:
            known = row.external_id and self.env._("User.com user %s", row.external_id)
            row.display_name = row.email or known or row.custom_id or ""

    # ---- the webhook ----

    @api.model
    def _receive(self, token, body):
        """Store one call of User.com's automation; returns the word that answers it."""
        backend_id, state, most = self.env["usercom.backend"]._webhook_account(token)
        if not backend_id:
            refused_calls.add()
            return "unauthorized"
        if call_rate.is_exceeded((self.env.cr.dbname, backend_id), most):
            return "too_many"
        payload = self._parse(body)
        keys = self._keys(payload) if payload is not None else None
        if not keys:
            if payload != {}:  # which is our own test
                nameless_calls.add()
            return "malformed"
        if state not in ("running", "paused"):
            return "never_run"
        backend = self.env["usercom.backend"].browse(backend_id)
        self._put_at_once(backend, keys, payload)
        if state == "running":
            request_drain(backend)
        return "accepted"

    @api.model
    def _parse(self, body):
        """The JSON object of ``body``; None for anything else, or what no database keeps."""
        try:
            payload = strict_json.loads(body)
            if strict_json.is_deeper_than(MOST_LEVELS, payload):
                return None
            text = json.dumps(payload, ensure_ascii=False, allow_nan=False)
            text.encode()  # refuses halves of surrogate pairs
        except ValueError:
            return None
        return payload if isinstance(payload, dict) and "\\u0000" not in text else None

    @api.model
    def _keys(self, payload):
        """``{external_id, custom_id, email, user_ref}`` of the user it names; empty if nobody."""
        user, extra = payload.get("user"), payload.get("extra")
        if isinstance(user, dict):
            user = {"custom_id": user.get("user_id"), **user}  # its name in User.com's API v1
        return self._keys_in(user) or self._keys_in(extra)

    @api.model
    def _keys_in(self, named):
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
        text = value.strip() if isinstance(value, str) else ""
        return text if 0 < len(text) <= LONGEST_KEY and text not in NOTHING else None

    @api.autovacuum
    def _gc_payloads(self):
        """Forget what finished calls brought, but that they came; a batch at a time."""
        self.flush_model()
        forgotten = self.env.execute_query(
            SQL(
                """UPDATE usercom_inbox SET payload = '{}', consents = '{}' WHERE id IN (
                       SELECT i.id FROM usercom_inbox i
                         JOIN usercom_backend b ON b.id = i.backend_id
                        WHERE i.payload IS NOT NULL AND i.payload <> '{}'
                          AND i.state <> 'pending'
                          AND i.write_date < %s - b.payload_hours * interval '1 hour'
                        LIMIT %s FOR UPDATE OF i SKIP LOCKED)
                   RETURNING id""",
                fields.Datetime.now(),
                BATCH,
            )
        )
        self.invalidate_model()
        return len(forgotten), int(len(forgotten) == BATCH)

    @api.autovacuum
    def _gc_waiting(self):
        """Forget calls that have waited for too long; a batch of each account at a time."""
        backends = self.env["usercom.backend"].search([("waiting_days", ">", 0)])
        batches = [WaitingCalls(backend).forget(BATCH) for backend in backends]
        return sum(batches), int(BATCH in batches)

    def _delete_before(self, backend, moment, most):
        if backend.webhook_called_at != backend.webhook_last_call:
            backend.webhook_called_at = backend.webhook_last_call
        return super()._delete_before(backend, moment, most)

    # ---- filling ----

    @api.model
    def _kept(self, backend, payload):
        """What is stored of a call: the values of mapped attributes; none where they are many.

        Without them the user is read, as ever.
        """
        kept = PayloadFilter(self.env["usercom.field.mapping"]._received_keys(backend.id)).of(
            payload
        )
        if len(json.dumps(kept)) > MOST_BYTES:
            kept = {"timestamp": str(kept.get("timestamp"))[:64]}
        return kept

    @api.model
    def _put_at_once(self, backend, keys, payload):
        """``_put`` in a transaction of its own: again where another call has just changed the row.

        Odoo would try again, too, after a sleep of up to two seconds, while User.com waits.
        """
        for _time in range(AT_ONCE):
            try:
                with without_expected_errors():
                    return self._put(backend, keys, payload)
            except SerializationFailure:
                self.env.cr.rollback()
        return self._put(backend, keys, payload)

    @api.model
    def _told_consents(self, backend, payload):
        """For the migration to 19.0.1.2.0."""
        return received_consents(backend, payload)

    @api.model
    def _put(self, backend, keys, payload=None):
        """Store one prompt; past the ORM, since User.com waits for the answer."""
        consents = received_consents(backend, payload)
        kept = payload and self._kept(backend, payload)
        values = {
            "backend_id": backend.id,
            "priority": URGENT if tells_withdrawal(backend, payload) else 0,
            "payload": None if kept is None else json.dumps(kept),
            "consents": json.dumps(consents),
            "now": fields.Datetime.now(),
            **{name: keys.get(name) for name in KEYS},
        }
        self.flush_model()
        with without_values():
            self.env.cr.execute(PROMPT, values)
        row = self.browse(self.env.cr.fetchone())
        row.invalidate_recordset(flush=False)  # one that waited may have been read before
        return row

    @api.model
    def _queue_by_hand(self, backend, partners):
        """Queue a fresh read of contacts, by whatever User.com may know them; returns those."""
        bindings = self.env["usercom.binding"]._of(backend, partners)
        rows = []
        for partner in partners:
            if keys := self._keys_of(backend, partner, bindings.get(partner.id)):
                rows.append({"backend_id": backend.id, "partner_id": partner.id, **keys})
            else:
                self._refuse_unknown(backend, partner)
        request_drain(backend)
        return self.create(rows).partner_id

    @api.model
    def _keys_of(self, backend, partner, binding):
        """The keys by which User.com may know a contact; empty if there is none."""
        identity = ContactIdentity(backend).of(backend._seen(partner), binding)
        return self._keys({"user": identity.as_keys()})

    @api.model
    def _refuse_unknown(self, backend, partner):
        message = self.env._(
            "%s has neither a User.com id nor an e-mail address to be looked for by.",
            by_id(partner),
        )
        binding = self.env["usercom.binding"]._ensure(backend, partner)
        binding.write({"state": "failed", "last_error": message})

    @api.model
    def _prioritize(self, partner_ids):
        """What waits for contacts that withdrew a consent goes first: they are sent after it."""
        self.env.cr.execute(
            SQL(
                """UPDATE usercom_inbox SET priority = %(urgent)s, next_attempt_at = NULL
                    WHERE id IN (
                       SELECT i.id FROM usercom_inbox i JOIN usercom_binding b
                              ON b.backend_id = i.backend_id AND b.external_id = i.external_id
                        WHERE b.partner_id = ANY(%(partners)s) AND i.state = 'pending'
                       UNION
                       SELECT i.id FROM usercom_inbox i JOIN usercom_binding b
                              ON b.backend_id = i.backend_id AND b.custom_id = i.custom_id
                        WHERE b.partner_id = ANY(%(partners)s) AND i.state = 'pending'
                          AND coalesce(i.external_id, 0) = 0
                       UNION
                       SELECT i.id FROM usercom_inbox i JOIN res_partner p
                              ON p.email_normalized = i.email
                        WHERE p.id = ANY(%(partners)s) AND i.state = 'pending'
                          AND coalesce(i.external_id, 0) = 0)""",
                urgent=URGENT,
                partners=list(partner_ids),
            )
        )
