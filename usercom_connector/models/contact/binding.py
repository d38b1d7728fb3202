import json

from odoo import api, fields, models
from odoo.tools import SQL

from ...services.account.connection import Connection
from ...services.contacts.by_hand import ByHand
from ...services.notifications import joined
from ...services.own_context import with_own_context
from ...usercom.merge import Base
from ...usercom.texts import NAME_PARTS
from ...usercom.verify_write import Orphans
from .link import as_utc, base_columns, moment

MOST_FORMER = 20  # users that a link remembers to have led to
MOST_OPEN = 1000  # users or addresses on their way; more are left to the search of the outbox


class UsercomBinding(models.Model):
    """The link of one contact with one User.com user, and what both sides last agreed on."""

    _name = "usercom.binding"
    _inherit = "usercom.link"
    _description = "User.com Link"
    _rec_name = "partner_id"
    _order = "id desc"

    unconfirmed_at = fields.Datetime("Last Sent Without an Answer")
    created_with = fields.Json(
        help="What calls sent that may have created a second user.", groups="base.group_system"
    )
    former_ids = fields.Json(
        "Former User.com IDs",
        help="The latest users it led to before: they were merged into later ones in User.com.",
        groups="base.group_system",
    )
    told_at = fields.Char(help="When the last call was sent whose values were believed. UTC.")

    _partner_uniq = models.Constraint(
        "unique (partner_id, backend_id)", "A contact has one link per User.com account."
    )
    _external_id_uniq = models.UniqueIndex(
        "(backend_id, external_id) WHERE external_id > 0",
        "This User.com user is linked to another contact already.",
    )
    _custom_id_idx = models.Index("(backend_id, custom_id) WHERE custom_id IS NOT NULL")
    _last_error_idx = models.Index("(id) WHERE last_error IS NOT NULL")
    _being_created_idx = models.Index(
        "(backend_id) WHERE external_id IS NULL AND unconfirmed_at IS NOT NULL"
    )
    _state_idx = models.Index("(backend_id, state)")
    _former_ids_idx = models.Index("USING gin (former_ids) WHERE former_ids IS NOT NULL")
    _created_with_idx = models.Index(
        "USING gin ((lower(created_with ->> 'email')::jsonb)) WHERE created_with IS NOT NULL"
    )

    def write(self, vals):
        """Remember which user a link led to that leads to another one from now on."""
        if user_id := vals.get("external_id"):
            for link in self.filtered(lambda link: link.external_id not in (0, user_id)):
                link._was_linked([link.external_id])
        return super().write(vals)

    def _was_linked(self, user_ids):
        """Remember users who were the contact's, and what a late call may tell of."""
        known = self.sudo().former_ids or []
        others = [user_id for user_id in user_ids if user_id not in known]
        if others:
            self.sudo().former_ids = [*known, *others][-MOST_FORMER:]

    @api.model
    def _of_former_user(self, backend, user_id):
        """The links that led to this user once."""
        self.flush_model(["backend_id", "former_ids"])
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM usercom_binding
                    WHERE backend_id = %s AND former_ids @> %s::jsonb""",
                backend.id,
                json.dumps([user_id or -1]),
            )
        )
        return self.browse(link_id for (link_id,) in rows)

    def _agree(self, user_id, user, base, error=None, since=None):
        """Both sides now agree on ``base``; ``user`` is None where User.com was not asked.

        ``since``: the base that ``base`` was made of. What has been agreed on meanwhile stays.
        """
        self.ensure_one()
        known = self._agreed_with(user_id)
        if since is not None and known:
            base = known.with_changes(Base(since), Base(base))
        self.write(self._agreement(user_id, user, base, error))

    @api.model
    def _agreement(self, user_id, user, base, error=None, unconfirmed=None):
        """The column values for `_agree`; see `_agreement_columns`."""
        received = self._received(user) if user else {}
        return received | self._agreement_columns(user_id, base, error, unconfirmed)

    @api.model
    def _insert(self, backend, vals_list):
        """New links, each with the same column values; past the ORM, where a page takes long."""
        always = {
            "backend_id": backend.id,
            "create_uid": self.env.uid,
            "write_uid": self.env.uid,
            "create_date": self.env.cr.now(),
            "write_date": self.env.cr.now(),
        }
        rows = [
            {
                **always,
                **vals,
                "base": json.dumps(vals["base"]),
                "remote_base": json.dumps(vals["remote_base"]) if vals["remote_base"] else None,
                "unconfirmed": None,
            }
            for vals in vals_list
        ]
        self.env.execute_query(
            SQL(
                "INSERT INTO usercom_binding (%s) VALUES %s RETURNING id",
                SQL(", ").join(map(SQL.identifier, rows[0])),
                SQL(", ").join(tuple(row.values()) for row in rows),
            )
        )
        self.env["res.partner"].invalidate_model(["usercom_binding_ids", "usercom_state"])

    @api.model
    def _being_created(self, backend):
        """The links of contacts for whom a user may have been created without an answer."""
        return self.search(
            [
                ("backend_id", "=", backend.id),
                ("external_id", "=", False),
                ("unconfirmed_at", "!=", False),
            ],
            limit=MOST_OPEN,
        )

    @api.model
    def _created_for(self, backend, emails):
        """The links of contacts for whom a second user with one of these may have been created.

        As after a merge: then the address of the second user is not that of the contact.
        """
        self.flush_model(["backend_id", "created_with"])
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM usercom_binding
                    WHERE backend_id = %s AND created_with IS NOT NULL
                      AND lower(created_with ->> 'email')::jsonb ?| %s""",
                backend.id,
                [email.lower() for email in emails],
            )
        )
        return self.browse(link_id for (link_id,) in rows)

    @api.model
    def _being_readdressed(self, backend, emails):
        """The links of contacts that had one of these on both sides, and whose edits still wait.

        Of those that are sent next: more are left to the outbox, which looks by this address, too.
        """
        self.env["usercom.outbox"].flush_model(["backend_id", "state", "priority", "partner_id"])
        self.flush_model(["backend_id", "partner_id", "base"])
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT link.id FROM (
                       SELECT partner_id FROM usercom_outbox
                        WHERE backend_id = %(backend)s AND state = 'pending'
                        ORDER BY priority DESC, id LIMIT %(most)s
                   ) waiting JOIN usercom_binding link USING (partner_id)
                    WHERE link.backend_id = %(backend)s
                      AND lower(link.base ->> 'email') = ANY(%(emails)s)""",
                backend=backend.id,
                most=MOST_OPEN,
                emails=[email.lower() for email in emails],
            )
        )
        return self.browse(link_id for (link_id,) in rows)

    def _orphans(self):
        """The ``Orphans`` of a contact who has no user yet."""
        if self.external_id:
            return Orphans()
        return Orphans(self.sudo().unconfirmed or {}, self._there(self.unconfirmed_at))

    def _is_second(self, user):
        """Whether ``user`` is a second one of the contact that we have created ourselves."""
        created_at = self._there(self.create_date)
        return Orphans(self.sudo().created_with or {}, created_at).is_one(user)

    def _there(self, moment):
        """What User.com's clock showed at this ``moment`` of ours."""
        return moment and as_utc(Connection(self.backend_id).clock().at(moment))

    def _handed_on_to(self, user, consents, memberships):
        """The base, with ``user`` in the place of the linked one, as after a merge at User.com.

        Values that the new user does not have are dropped from the base; ``memberships`` are the
        keys of the tags and lists that it has. Dropped are the ``consents``, too, the keys of
        consents: the new user may not know a "no" that both sides had agreed on, and then its older
        "yes" must not count as a change.
        """
        received = {key for key, value in user.values.items() if value not in (None, "")}
        if "name" in received:  # User.com's answers have the full name only
            received |= set(NAME_PARTS)
        received |= memberships
        return Base({key: v for key, v in (self.base or {}).items() if key in received - consents})

    def _knows_newer(self, user):
        """Whether the user has been seen in a later state than ``user`` is.

        When a call was sent says nothing of what is read: that changed before the call.
        """
        if self.external_id != user.id or not (at := moment(user)):
            return False
        known = [self.remote_updated_at or "", user.is_from_payload and self.told_at or ""]
        return at < max(known)

    def _disagree(self, backend, partner_ids, key, value):
        """Forget that ``value`` was agreed on: said anew, it has to be weighed anew."""
        links = self.sudo().search(
            [("backend_id", "=", backend.id), ("partner_id", "in", partner_ids)]
        )
        for link in links:
            if link.base and link.base.get(key) == value:
                link.base = {name: known for name, known in link.base.items() if name != key}

    @api.model
    def _revive(self, backend, partners):
        """Forget users that are gone, so that a push by hand creates them again."""
        gone = self.search(
            [
                ("backend_id", "=", backend.id),
                ("partner_id", "in", partners.ids),
                ("state", "=", "gone"),
            ]
        )
        gone._let_go()

    def _let_go(self):
        """Forget users that are gone, so that their contacts are sent anew, or as their successors.

        When the user is gone into whom another one is to be merged, that one takes its place.
        """
        (self - self._awaiting_merges())._forget()

    def _awaiting_merges(self):
        """Those into whose users others are still to be merged."""
        awaited = self._merges("pending")
        return self.filtered(lambda link: (link.backend_id, link.external_id) in awaited)

    def _merges(self, *states):
        """``{(account, user id)}`` of users, now or once these links', with merges into them."""
        merges = self.env["usercom.outbox"].search(
            [
                ("backend_id", "in", self.backend_id.ids),
                ("into_external_id", "in", self._known_ids()),
                ("operation", "=", "merge"),
                ("state", "in", states),
            ]
        )
        return {(row.backend_id, row.into_external_id) for row in merges}

    def _forget(self):
        """Unlink the contacts; pushed again, they are looked for and created anew.

        Whose users they were is remembered where a merge into one may still be tried again.
        """
        self._replace(self._retried_into())

    def _leave(self):
        """End the links of contacts that take no part any more and whose users are removed."""
        self._replace(self.browse()).left_at = fields.Datetime.now()

    def _replace(self, former):
        """End these links; new ones remember the users of the ``former`` ones of them.

        And they remember whom a call without an answer may have created besides. For example,
        Jan's user is deleted as the policy says. Then a call tells of a second one that was created
        for him: he is no new person.
        """
        remembered = [
            {
                "backend_id": link.backend_id.id,
                "partner_id": link.partner_id.id,
                "former_ids": link in former and link._known_ids(),
                "unconfirmed": link.created_with,
                "unconfirmed_at": link.created_with and link.create_date,
            }
            for link in self.sudo()
            if link in former or link.created_with
        ]
        self._end()
        return self.create(remembered)

    def _end(self):
        """Unlink the contacts for good: they are not sent any more."""
        for backend, bindings in self.grouped("backend_id").items():
            key_field = backend._key_field()
            seen = with_own_context(
                backend._with_account_context(bindings.partner_id), linking=key_field
            )
            seen.write({key_field: False})
        self.unlink()

    def _retried_into(self):
        """Those of these links of which it matters whose users they were."""
        merges = self._merges("pending", "failed", "dismissed")
        return self.filtered(
            lambda link: any((link.backend_id, known) in merges for known in link._known_ids())
        )

    # ---- buttons ----

    def action_push(self):
        """Queue the contacts for User.com; returns a notification."""
        return self._by_hand("usercom.outbox", self)

    def action_pull(self):
        """Queue a fresh read of the contacts from User.com; returns a notification."""
        return self._by_hand("usercom.inbox", self)

    def action_retry(self):
        """Queue those of the contacts anew that failed; returns a notification."""
        return self._by_hand("usercom.outbox", self.filtered(lambda link: link.state == "failed"))

    def _by_hand(self, queue, chosen):
        """Queue the contacts of the ``chosen`` ones of these links, each for its own account."""
        self.check_access("read")
        self.partner_id.check_access("read")
        parts = [
            ByHand(links.partner_id.with_company(backend.company_id)).parts(queue)
            for backend, links in chosen.grouped(lambda link: link.sudo().backend_id).items()
        ]
        left = self - chosen
        if left:
            text = self.env._("Not failed, and so not queued again: %s.", len(left))
            parts.append(([(text, [])], "warning"))
        kinds = {kind for _parts, kind in parts}
        return joined(
            self.env,
            [part for told, _kind in parts for part in told],
            "success" if kinds == {"success"} else "warning",
        )

    # ---- what is handed on ----

    def _known(self):
        """What is known of the linked user, to be handed on: its base, and of what it is a member.

        ``companies``: [[id of a company's link, whether it is Odoo's doing, whether it has ended]].
        """
        members = self.env["usercom.membership"].search([("binding_id", "=", self.id)])
        companies = [[member.link_id.id, member.is_ours, member.has_left] for member in members]
        return {**base_columns(self._last_base()), "companies": companies}

    def _known_of_second(self):
        """As `_known` of a second user that a call without an answer created: what was sent.

        A "no" that was ever sent was perhaps not said by the user.
        """
        sent = self.sudo().created_with or {}
        base = Base({key: values[-1] for key, values in sent.items()})
        consents = self.env["usercom.field.mapping"]._consent_keys(self.backend_id.id)
        refused = {key: no for key, _attribute, no in consents if no in sent.get(key, ())}
        base.agree_on(refused)
        return {**base_columns(base), "companies": []}

    def _tried_emails(self):
        """``{address: when}`` of calls without an answer that may have created users."""
        calls = [
            (sent, at)
            for link in self.sudo()
            for sent, at in (
                (link.created_with, link._there(link.create_date)),
                (link.unconfirmed, link._there(link.unconfirmed_at)),
            )
            if sent
        ]
        tried = [(email, at) for sent, at in calls for email in sent.get("email", []) if email]
        return {email: at and at.replace(tzinfo=None) for email, at in tried}

    def _known_ids(self):
        """The ids of the users that these links lead to, or led to before."""
        former = [user_id for link in self.sudo() for user_id in link.former_ids or []]
        return former + [user_id for user_id in self.mapped("external_id") if user_id]
