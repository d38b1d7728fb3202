from collections import Counter
from dataclasses import replace

from odoo import api, models
from odoo.fields import Domain

from ..services.consent_origin import consent_origin
from ..services.email_addresses import normalized
from ..services.importer import Importer
from ..services.task import Task
from ..usercom import User
from ..usercom.jobs import Fetch, Identity, PayloadUser
from .usercom_queue import DONE


class UsercomInbox(models.Model):
    """How the inbox is worked off: one read per user, however many prompts there are."""

    _inherit = "usercom.inbox"

    def _tasks(self, backend):
        return [Task(rows, rows._job(backend)) for rows in self.grouped("user_ref").values()]

    def _job(self, backend):
        identity = self[-1]._identity()
        user = self._told_user(backend) if backend.use_webhook_values else None
        return PayloadUser(identity, user) if user else Fetch(identity)

    def _identity(self):
        return Identity(self.external_id or None, self.custom_id, self.email)

    # ---- believing the payload ----

    def _told_user(self, backend):
        """The newest user that the payloads hold whole, None where User.com has to be asked."""
        users = [user for row in self if (user := row._payload_user())]
        newest = max(users, key=lambda user: user.updated_at, default=None)
        if newest is None or len(users) < len(self):
            return None
        mappings = backend._active_mappings().filtered(
            lambda mapping: mapping.direction != "export"
        )
        if not all(mapping._is_told_by(newest) for mapping in mappings):
            return None
        binding = self.env["usercom.binding"]._of_user(backend, newest.id)
        return None if binding._knows_newer(newest) else newest

    def _payload_user(self):
        """The ``usercom.User`` of the payload as of the moment it was sent, None if it has none."""
        payload = self.payload or {}
        try:
            said = payload["user"] | {"id": self.external_id, "updated_at": payload["timestamp"]}
            user = replace(User.from_json(said), is_from_payload=True)
        except (KeyError, TypeError, ValueError):
            return None
        return user if user.id and user.updated_at else None

    # ---- settling ----

    def _settle(self, task, user):
        """Bring what User.com now says to the contact."""
        backend = self.backend_id
        if user is None:
            return self._settle_missing(backend, task.job.identity)
        self._settle_merged_away(backend, task.job.identity, user)
        chosen = {user.id: self.partner_id[0]} if self.partner_id else {}
        importer = Importer(backend, origin=consent_origin(self, user))
        self._settle_imported(user, importer.import_users([user], chosen, {user.id: self})[user.id])

    def _settle_imported(self, user, taken):
        """Close the rows as told by an ``ImportResult``."""
        if taken.stale:
            self._retry_later(self.env._("User.com answered with an older state than is known."))
        elif taken.erased:
            forget = {"payload": False, "email": False, "custom_id": False}
            self._finish(user_ref=f"external_id:{user.id}", **forget)
        elif taken.left_out and not taken.problems:
            # The address has the row found when its person is erased.
            address = {} if taken.partner else {"email": normalized(user.email)}
            self._finish(error=taken.left_out, partner_id=taken.partner.id, **address)
        else:
            self._close(taken.problems, partner_id=taken.partner.id, is_ambiguous=taken.ambiguous)
            self._show_refusal(taken)

    def _finish(self, **values):
        """Done, and so is what failed before of whoever was named alike, and was not found."""
        if names := set(self.filtered(lambda row: not row.external_id).mapped("user_ref")):
            named = Domain("user_ref", "in", list(names)) & Domain("partner_id", "=", False)
            self._supersede_failures(self.backend_id, named)
        return super()._finish(**values)

    @api.model
    def _supersede_failures(self, backend, about):
        """What failed before of the users that the domain ``about`` finds is mended."""
        failed = Domain("backend_id", "in", backend.ids) & Domain("state", "=", "failed")
        self.search(failed & about).write(DONE)

    def _fail(self, message, **values):
        """Show on the contact, too, what became of a read that was asked for by hand."""
        for backend, rows in self.filtered("partner_id").grouped("backend_id").items():
            self._show_failure(backend, rows.partner_id.ids, message)
        return super()._fail(message, **values)

    def _show_refusal(self, taken):
        """Show on the contact why another user could not be merged into it."""
        binding = self.env["usercom.binding"]._of(self.backend_id, taken.partner)
        for link in binding.values() if taken.problems else ():
            link.last_error = "\n".join(taken.problems)

    # ---- users met in a list ----

    @api.model
    def _prompts_about(self, backend, users, newest):
        """``{user id: rows}`` that ask for ``users`` and came before the list was read.

        An e-mail address that two of them share names neither: its rows wait to be read singly.
        """
        by_custom_id = {user.custom_id: user.id for user in users if user.custom_id}
        emails = Counter(normalized(user.email) for user in users)
        by_email = {email: u.id for u in users if emails[email := normalized(u.email)] == 1}
        rows = self.search(
            Domain("backend_id", "=", backend.id)
            & Domain("state", "=", "pending")
            & Domain("id", "<=", newest)
            & (Domain("serial", "=", False) | Domain("serial", "<=", newest))
            & (
                Domain("external_id", "in", [user.id for user in users])
                | Domain("custom_id", "in", list(by_custom_id))
                | Domain("email", "in", [email for email in by_email if email])
            ),
            order="id",
        )
        return rows.grouped(
            lambda row: (
                row.external_id or by_custom_id.get(row.custom_id) or by_email.get(row.email)
            )
        )

    @api.model
    def _settle_met(self, backend, user, taken, rows):
        """Close the ``rows`` about a user met in a list; without any, tell what went wrong."""
        if rows:
            rows._settle_imported(user, taken)
        elif taken.problems:
            self._tell(backend, user, "\n".join(taken.problems), is_ambiguous=taken.ambiguous)

    @api.model
    def _tell(self, backend, user, error, **values):
        """A failed row for what nobody asked for, told once."""
        told = [("backend_id", "=", backend.id), ("external_id", "=", user.id)]
        if not self.search_count([*told, ("state", "=", "failed"), ("error", "=", error)], limit=1):
            keys = self._keys_in({"id": user.id, "custom_id": user.custom_id, "email": user.email})
            self.create({"backend_id": backend.id, **keys})._fail(error, **values)

    # ---- users that are gone ----

    def _settle_merged_away(self, backend, identity, user):
        """The user asked for was not there, and the person is ``user`` now."""
        if identity.user_id not in (None, user.id):
            self.env["usercom.binding"]._of_user(backend, identity.user_id).state = "gone"

    def _settle_missing(self, backend, identity):
        """User.com has no such user (any more)."""
        Binding = self.env["usercom.binding"]
        link = Binding._of_user(backend, identity.user_id)
        message = self.env._("User.com has no such user.")
        link.write({"state": "gone", "last_error": message})
        for partner in self.partner_id - link.partner_id:
            Binding._ensure(backend, partner).write({"state": "failed", "last_error": message})
        self._finish(error=message, partner_id=(link.partner_id or self.partner_id)[:1].id)
