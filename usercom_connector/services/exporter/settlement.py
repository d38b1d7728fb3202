"""What comes of a push: a link, values agreed on, problems to show."""

from typing import Any

from ...usercom import EmptiedError
from ...usercom.jobs import Identity
from ...usercom.push import Push, Pushed
from ...usercom.texts import excerpt
from ...usercom.verify_write import is_respelled
from ..account.unset_attributes import UnsetAttributes
from ..consents.received import consent_origin
from ..contacts.identity import Linking
from ..contacts.texts import by_id
from ..contacts.unconfirmed import UnconfirmedValues
from ..failures.problem import Problem
from ..importer import Importer
from ..queue.claims import Task
from ..values.problems import altered_problem, ignored_problems


class PushSettlement:
    """Stores the results of pushes of one account, in the transaction of the drain."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env
        self._bindings = backend.env["usercom.binding"]
        self._linking = Linking(backend)

    def settle(self, task: Task, pushed: Pushed) -> None:
        """Store the result of one push.

        Whatever has happened to the contact since the call began counts: it may have been linked to
        another user meanwhile, or the user found for it may be another contact's.
        """
        row, partner = task.rows, task.rows.partner_id
        if link := self._linking.linked_meanwhile(partner, _users_met(task.job, pushed)):
            self._settle_linked_meanwhile(row, link, task.job.identity, pushed.user)
        elif pushed.missing:
            self._settle_missing(row)
        elif pushed.found:
            UnconfirmedValues(self._backend).forget(task)
            self._settle_found(row, pushed.found, task.job.custom_id)
        else:
            self._settle_sent(task, pushed)

    def _settle_sent(self, task: Task, pushed: Pushed) -> None:
        """Link the contact with the user that was written to, or that needed nothing."""
        row, job, user = task.rows, task.job, pushed.user
        user_id = user.id if user else job.identity.user_id
        problems = task.problems + self._problems(row.partner_id, pushed)
        UnsetAttributes(self._backend).learn(pushed)
        self._linking.link(row.partner_id, user_id, user, pushed.base, problems, since=job.base)
        if job.orphans:  # a second user may still turn up, created by a call without an answer
            link = self._bindings._of_user(self._backend, user_id)
            link.created_with = dict(job.orphans.sent)
        answer = dict(user.values) if user else None
        outcome = "sent" if pushed.wrote else "equal"
        row._close(problems, outcome=outcome, sent=excerpt(pushed.sent), answer=excerpt(answer))

    def _settle_linked_meanwhile(self, row: Any, link: Any, identity: Identity, user: Any) -> None:
        """Settle a contact that is another user by now: merge a user created for it into that."""
        if user and not identity.user_id:
            row._enqueue_merge(self._backend, link.external_id, [user.id])
        row._put_back()

    def _settle_found(self, row: Any, user: Any, custom_id: str | None) -> None:
        """Merge with a user that was read; what Odoo knows better is sent next."""
        backend, partner = self._backend, row.partner_id
        if self._was_taken_away(row, user):
            row._put_back()  # to be looked for again
        elif other := self._linking.other_contact(partner, user.id):
            fail_as_duplicate(row, other)
        else:
            importer = Importer(backend, origin=consent_origin(row, user))
            row._close(importer.merge_contact(partner, user), outcome="compared")
            if row.is_by_hand and custom_id not in (None, user.custom_id):
                row._enqueue(partner.ids, backend)

    def _was_taken_away(self, row: Any, user: Any) -> bool:
        """Whether ``user``, found for this row, has been deleted or merged away since."""
        domain = [
            ("backend_id", "=", self._backend.id),
            ("partner_id", "=", False),
            ("external_id", "=", user.id),
            ("operation", "in", ("delete", "merge")),
            ("state", "=", "done"),
            ("write_date", ">=", row.claimed_at),
        ]
        return bool(row.search_count(domain, limit=1))

    def _settle_missing(self, row: Any) -> None:
        """Mark the user as gone from User.com; only a push by hand creates it again."""
        link = self._bindings._ensure(self._backend, row.partner_id)
        if row.is_by_hand:
            link._forget()
            row._put_back()
        else:
            link.state = "gone"
            row._finish(outcome="gone")

    def keep_emptied(self, row: Any, error: EmptiedError) -> None:
        """Have Odoo keep its values of what User.com emptied by itself: nobody has emptied them."""
        for link in self._bindings._of_user(self._backend, error.user_id):
            base = link._last_base()
            base.remote |= dict.fromkeys(error.names)
            link._store_base(base)
        row._put_back()

    def _problems(self, partner: Any, pushed: Pushed) -> list[str]:
        """What User.com ignored of what was sent, and what it made something else of."""
        mappings = self._backend._active_mappings()
        problems = ignored_problems(mappings, partner, pushed.ignored)
        altered = pushed.remote_base.keys() - pushed.ignored.keys()
        return problems + [
            altered_problem(mapping, partner, *_sent_and_shown(mapping, pushed))
            for mapping in mappings
            if mapping._key() in altered and not _is_only_respelled(mapping, pushed)
        ]


def _sent_and_shown(mapping: Any, pushed: Pushed) -> tuple[Any, Any]:
    """The value that was sent, and the one that User.com keeps in its place."""
    key = mapping._key()
    return pushed.sent[key], pushed.remote_base[key]


def _is_only_respelled(mapping: Any, pushed: Pushed) -> bool:
    """Whether User.com keeps the value itself in other letters, as "JAN@EXAMPLE.ORG"."""
    sent, shown = _sent_and_shown(mapping, pushed)
    return is_respelled(sent, shown, mapping._as_attribute())


def _users_met(push: Push, pushed: Pushed) -> set[int]:
    """The ids of all users that a push has to do with."""
    users = (user.id for user in (pushed.user, pushed.found) if user)
    return {user_id for user_id in (push.identity.user_id, *users) if user_id is not None}


def fail_as_duplicate(row: Any, other: Any) -> None:
    """Fail a row whose contact would be the user of the contact ``other``."""
    text = row.env._(
        "%(contact)s is the same User.com user as %(other)s. Merge the two contacts, or "
        "give one of them another e-mail address.",
        contact=by_id(row.partner_id),
        other=by_id(other),
    )
    row._fail(Problem(text, "same_user"), is_ambiguous=True)
