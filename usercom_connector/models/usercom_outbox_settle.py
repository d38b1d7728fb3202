from odoo import models

from ..services.consent_origin import consent_origin
from ..services.contact_names import by_id
from ..services.importer import Importer
from ..services.linking import Linking
from ..services.unconfirmed import UnconfirmedValues
from ..services.unset_attributes import UnsetAttributes
from ..services.values.problems import ignored_problems
from ..usercom.redaction import excerpt
from ..usercom.verify_write import is_respelled


class UsercomOutbox(models.Model):
    """What comes of a push: a link, values agreed on, problems told."""

    _inherit = "usercom.outbox"

    def _settle_push(self, task, pushed):
        backend, partner = self.backend_id, self.partner_id
        if link := Linking(backend).linked_meanwhile(partner, _users_met(task.job, pushed)):
            return self._settle_linked_meanwhile(link, task.job.identity, pushed.user)
        if pushed.missing:
            return self._settle_missing(backend, partner)
        if pushed.found:
            UnconfirmedValues(backend).forget(task)
            return self._settle_found(backend, partner, pushed.found, task.job.custom_id)
        user_id = pushed.user.id if pushed.user else task.job.identity.user_id
        mappings = backend._active_mappings()
        problems = task.problems + ignored_problems(mappings, partner, pushed.ignored)
        problems += self._apart_problems(mappings, pushed)
        since = task.job.base
        UnsetAttributes(backend).learn(pushed)
        Linking(backend).link(partner, user_id, pushed.user, pushed.base, problems, since)
        if task.job.orphans:  # which were not found
            link = self.env["usercom.binding"]._of_user(backend, user_id)
            link.created_with = dict(task.job.orphans.sent)
        answer = dict(pushed.user.values) if pushed.user else None
        self._close(problems, sent=excerpt(pushed.merge.to_usercom), answer=excerpt(answer))

    def _settle_linked_meanwhile(self, link, identity, user):
        """The contact is another user by now; one that was created for it is merged into that."""
        if user and not identity.user_id:
            self._enqueue_merge(link.backend_id, link.external_id, [user.id])
        self._put_back()

    def _settle_found(self, backend, partner, user, custom_id):
        """Merge with a user that was read; what Odoo knows better is sent next."""
        if self._was_taken_away(user):
            return self._put_back()  # to be looked for again
        if other := Linking(backend).other_contact(partner, user.id):
            return self._fail_taken(other)
        importer = Importer(backend, origin=consent_origin(self, user))
        self._close(importer.merge_contact(partner, user))
        if self.is_by_hand and custom_id not in (None, user.custom_id):
            self._enqueue(partner.ids, backend)

    def _settle_missing(self, backend, partner):
        """The known user is gone from User.com: only who pushes it by hand creates it again."""
        if self.is_by_hand:
            self.env["usercom.binding"]._ensure(backend, partner)._forget()
            return self._put_back()
        self.env["usercom.binding"]._ensure(backend, partner).state = "gone"
        return self._finish()

    def _keep_emptied(self, error):
        """What User.com emptied of itself is nobody's wish: Odoo keeps its values."""
        for link in self.env["usercom.binding"]._of_user(self.backend_id, error.user_id):
            base = link._last_base()
            base.remote |= dict.fromkeys(error.names)
            link._store_base(base)
        self._put_back()

    def _apart_problems(self, mappings, pushed):
        """One problem for each value of which User.com keeps something else."""
        sent = pushed.merge.to_usercom
        return [
            self.env._(
                "%(contact)s: User.com keeps “%(shown)s” instead of “%(value)s” in “%(field)s”.",
                contact=by_id(self.partner_id),
                shown=str(pushed.apart[mapping._key()])[:80],
                value=str(sent[mapping._key()])[:80],
                field=mapping.field_id.field_description,
            )
            for mapping in mappings
            if (key := mapping._key()) in pushed.apart.keys() - pushed.ignored.keys()
            and not is_respelled(sent[key], pushed.apart[key], mapping._as_attribute())
        ]


def _users_met(push, pushed):
    """The ids of all users that a push has to do with."""
    users = (user.id for user in (pushed.user, pushed.found) if user)
    return {push.identity.user_id, *users} - {None}
