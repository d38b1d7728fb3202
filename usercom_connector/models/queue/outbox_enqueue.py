from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ...services.companies.queueing import concerned_companies
from ...services.contacts.watched_edits import HELD
from ...services.inbox.prompts import prioritize_calls
from ...services.queue.claims import LOW, URGENT, USUAL
from ...services.queue.cron_trigger import request_drain

BULK = 100  # contacts of one transaction, above which they wait for the edits of others
IMPORTED = "usercom.outbox.imported"  # whether they come from a file, until precommit
MEMBERS = "usercom.outbox.members"  # contacts whose companies may be concerned, until precommit
WITHDRAWN = "usercom.outbox.withdrawn"  # the contacts to be sent first, until precommit
# A second user's edit of a waiting row is noted in it: the history of fields names nobody for both.
INSERT_WAITING = """
    WITH chosen AS (%(chosen)s),
    kept AS (
    UPDATE usercom_binding k SET left_at = %(now)s FROM chosen
     WHERE chosen.is_kept
       AND k.backend_id = chosen.backend_id AND k.partner_id = chosen.partner_id
       AND k.external_id > 0 AND k.state <> 'gone' AND k.left_at IS NULL),
    queued AS (
    INSERT INTO usercom_outbox
           (backend_id, partner_id, resource, operation, state, attempts, priority,
            create_uid, write_uid, create_date, write_date)
    SELECT backend_id, partner_id, resource, 'sync', 'pending', 0, priority,
           %(uid)s, %(uid)s, %(now)s, %(now)s
      FROM chosen WHERE NOT is_kept ORDER BY backend_id, partner_id
    ON CONFLICT (backend_id, partner_id, resource)
          WHERE state = 'pending' AND claimed_at IS NULL
          DO UPDATE SET priority = greatest(EXCLUDED.priority, usercom_outbox.priority),
                 next_attempt_at = CASE WHEN %(rises)s THEN NULL
                                        ELSE usercom_outbox.next_attempt_at END,
                 write_uid = CASE WHEN %(second)s THEN EXCLUDED.write_uid
                                  ELSE usercom_outbox.write_uid END
                 WHERE %(rises)s OR %(second)s
    RETURNING backend_id)
    SELECT DISTINCT backend_id FROM queued
    """


class UsercomOutboxEnqueue(models.AbstractModel):
    """How contacts get into the outbox."""

    _name = "usercom.outbox.enqueue"
    _description = "User.com Outbox: Queueing"

    @api.model
    def _enqueue_later(self, record_ids, path="id"):
        """Queue, when this transaction is about to commit, the contacts whose ``path`` leads to
        one of the records; by default the records are the contacts.

        With ``HELD`` for a path they are contacts as well, which the drain queues if they are many.
        """
        precommit = self.env.cr.precommit
        if self._name not in precommit.data:
            precommit.data[self._name] = defaultdict(set)
            precommit.add(self._enqueue_touched)
        precommit.data[self._name][path].update(record_ids)
        if self.env.context.get("import_file"):  # Odoo's import, of however many files or batches
            precommit.data[IMPORTED] = True

    def _enqueue_touched(self):
        data = self.env.cr.precommit.data
        touched, urgent = data.pop(self._name, {}), data.pop(WITHDRAWN, ())
        priority = LOW if data.pop(IMPORTED, False) else None
        partner_ids = touched.pop("id", set())
        partner_ids |= self._held_or_later(touched.pop(HELD, set()))
        if touched:
            partner_ids |= self._holders_or_later(touched)
        if partner_ids:
            self.sudo()._enqueue(partner_ids, urgent=urgent, priority=priority)

    def _holders_or_later(self, touched):
        """The contacts that hold the records, where an index finds a few; else the drain does."""
        holders = self.env["usercom.touched"].sudo()
        found, later = holders._few_holders(touched, BULK)
        if later:
            holders._note(later)
        return found

    def _held_or_later(self, partner_ids):
        """The same contacts; none where they are many: the drain queues those."""
        if len(partner_ids) <= BULK:
            return partner_ids
        self.env["usercom.touched"].sudo()._note({"id": partner_ids})
        return set()

    @api.model
    def _prioritize(self, partner_ids):
        """Queue contacts that withdrew a consent; they go before all others."""
        if partner_ids:
            self.env.cr.precommit.data.setdefault(WITHDRAWN, set()).update(partner_ids)
            self._enqueue_later(partner_ids)

    @api.model
    def _enqueue(self, partner_ids, backends=None, urgent=(), priority=None):
        """One waiting row for each contact in each account that may know it.

        Many at once are let behind the edits that people make one by one. An archived contact whose
        user is kept as it is needs none.
        """
        if priority is None:
            priority = LOW if len(partner_ids) > BULK else USUAL
        chosen = (
            SQL("b.state IN ('running', 'paused')")
            if backends is None
            else SQL("b.id = ANY(%s)", backends.ids)
        )
        if self.env["usercom.backend"]._syncs_companies():
            self._enqueue_companies(partner_ids, priority, chosen)
        self._insert_waiting(
            SQL(
                """SELECT b.id AS backend_id, p.id AS partner_id, 'users' AS resource,
                          CASE WHEN p.id = ANY(%(urgent)s) THEN %(first)s ELSE %(priority)s END
                              AS priority,
                          NOT p.active AND b.removal_policy = 'keep' AS is_kept
                     FROM res_partner p
                     JOIN usercom_backend b
                       ON p.company_id IS NULL OR p.company_id = b.company_id
                       OR EXISTS (SELECT FROM usercom_binding k
                                   WHERE k.partner_id = p.id AND k.backend_id = b.id)
                    WHERE p.id = ANY(%(partners)s) AND %(chosen)s""",
                partners=list(partner_ids),
                urgent=list(urgent),
                first=URGENT,
                priority=priority,
                chosen=chosen,
            )
        )
        if urgent:
            prioritize_calls(self.env, urgent)

    @api.model
    def _enqueue_companies(self, partner_ids, priority=USUAL, chosen=None):
        """Queue the companies that an edit of these contacts concerns, or their new link."""
        self._insert_waiting(concerned_companies(self.env, partner_ids, priority, chosen))

    @api.model
    def _enqueue_companies_later(self, partner_ids):
        """As ``_enqueue_companies``, at the end of the transaction."""
        if not (partner_ids and self.env["usercom.backend"]._syncs_companies()):
            return
        precommit = self.env.cr.precommit
        if MEMBERS not in precommit.data:
            precommit.data[MEMBERS] = set()
            precommit.add(lambda: self.sudo()._enqueue_companies(precommit.data.pop(MEMBERS, ())))
        precommit.data[MEMBERS].update(partner_ids)

    @api.model
    def _enqueue_linked(self, backends):
        """Queue, after all else, every linked contact: what differs is sent."""
        self._insert_linked(LOW, SQL("b.id = ANY(%s)", backends.ids))

    @api.model
    def _enqueue_elsewhere(self, backend, partner_ids):
        """Queue what ``backend`` brought in the other accounts that the contacts are linked to."""
        if backend._is_alone():
            return
        others = SQL("b.id <> %s AND k.partner_id = ANY(%s)", backend.id, partner_ids)
        self._insert_linked(USUAL, others)

    @api.model
    def _enqueue_without_custom_id(self, backend, partner_ids=None):
        """Queue, after all else, the linked contacts, or some, whose users have no custom id."""
        some = SQL("k.partner_id = ANY(%s)", partner_ids) if partner_ids else SQL("true")
        missing = SQL("b.id = %s AND k.custom_id IS NULL AND %s", backend.id, some)
        self.env["usercom.binding"].flush_model()
        self._insert_linked(LOW, missing)

    def _insert_linked(self, priority, chosen):
        self._insert_waiting(
            SQL(
                """SELECT k.backend_id, k.partner_id, 'users' AS resource,
                          %s AS priority, false AS is_kept
                     FROM usercom_binding k JOIN usercom_backend b ON b.id = k.backend_id
                    WHERE %s AND b.state IN ('running', 'paused')
                      AND k.external_id > 0 AND k.state <> 'gone' AND k.left_at IS NULL""",
                priority,
                chosen,
            )
        )

    @api.model
    def _insert_waiting(self, chosen):
        """Queue what the SQL ``chosen`` selects: (backend_id, partner_id, resource, priority,
        is_kept).

        Nothing is to be sent of who is kept: the link notes, as a drain would, that they left.

        A row that waits already is locked, at most made more urgent: so no drain can claim it
        before the edit behind this call is committed, and send the contact without it.
        """
        rows = self.env.execute_query(
            SQL(
                INSERT_WAITING,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                chosen=chosen,
                rises=SQL("EXCLUDED.priority > usercom_outbox.priority"),
                second=SQL(
                    """EXCLUDED.write_uid NOT IN (%(root)s, usercom_outbox.create_uid)
                       AND usercom_outbox.write_uid IN (%(root)s, usercom_outbox.create_uid)""",
                    root=SUPERUSER_ID,
                ),
            )
        )
        request_drain(self.env["usercom.backend"].browse(backend_id for (backend_id,) in rows))

    @api.model
    def _queue_by_hand(self, backend, partners):
        """Queue ``partners`` by hand: even users who are gone are created anew. Returns them.

        Each user is read first: nobody but User.com knows whether it is still there, and the same.
        """
        self.env["usercom.binding"]._revive(backend, partners)
        if partners:
            self._enqueue(partners.ids, backend)
            waiting = self._waiting_rows(partners, backend)
            waiting.write({"next_attempt_at": False, "is_by_hand": True})
        return partners

    # ---- users whose contact goes ----

    @api.model
    def _enqueue_removals(self, partners):
        """Queue what the users of contacts need that are about to be deleted."""
        linked = self.env["usercom.binding"].search(
            [
                ("partner_id", "in", partners.ids),
                ("external_id", ">", 0),
                ("state", "!=", "gone"),
                ("left_at", "=", False),  # the policy is followed once
                ("backend_id.removal_policy", "!=", "keep"),
            ]
        )
        rows = self.create([self._removal(link.backend_id, link.external_id) for link in linked])
        companies = self.env["usercom.company"].search([("partner_id", "in", partners.ids)])
        rows += self._enqueue_company_removals(companies)
        request_drain(rows.backend_id)

    @api.model
    def _enqueue_company_removals(self, links):
        """Queue the deletion of the companies of these ``links``, where the policy says so."""
        return self.create(
            [
                link._removal()
                for link in links
                if (link._is_live() or link._creation_ends())
                and not link.left_at
                and link.backend_id.sync_companies
                and link.backend_id.company_removal_policy == "delete"
            ]
        )

    @api.model
    def _enqueue_removal(self, backend, *user_ids):
        """Queue what users need whose contacts are gone already."""
        if backend.removal_policy != "keep":
            self.create([self._removal(backend, user_id) for user_id in user_ids])

    @api.model
    def _enqueue_orphan_removals(self, backend, user_ids):
        """Queue what users need who were created for contacts that were deleted meanwhile."""
        self.env["usercom.tombstone"]._create_for_users(backend, user_ids)
        self._enqueue_removal(backend, *user_ids)
        request_drain(backend)

    @api.model
    def _removal(self, backend, user_id):
        """The values of a row that does with a user what the policy says; it names nobody."""
        return {
            "backend_id": backend.id,
            "external_id": user_id,
            "operation": backend.removal_policy,
        }

    def _removal_text(self):
        """How far a removal or merge is, in words: "Deleted", "Waiting: Delete"."""
        done = {
            "unsubscribe": self.env._("Unsubscribed"),
            "delete": self.env._("Deleted"),
            "merge": self.env._("Merged"),
        }
        if self.state == "done":
            return done.get(self.operation, "")
        labels = dict(self._fields["operation"]._description_selection(self.env))
        operation = labels[self.operation]
        if self.state == "pending":
            return self.env._("Waiting: %s", operation)
        return self.env._("Failed: %s", operation)

    @api.model
    def _enqueue_merge(self, backend, user_id, lost_ids, known=None):
        """Queue the merge of users into the one whose contact survived.

        ``known``: {lost id: what its link knew, or what it was created with}. It has said "no"
        since then if it is read and says so.
        """
        self.env["usercom.tombstone"]._create_for_users(backend, lost_ids)
        rows = self.create(
            [
                {
                    "backend_id": backend.id,
                    "external_id": lost_id,
                    "into_external_id": user_id,
                    "operation": "merge",
                    "known": (known or {}).get(lost_id),
                }
                for lost_id in lost_ids
            ]
        )
        request_drain(rows.backend_id)
