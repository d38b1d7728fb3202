"""What is stored of a push: before the call what it sends, afterwards what has come of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from odoo import fields
from odoo.tools import SQL

from ...usercom import EmptiedError
from ...usercom.company_sync import CompanyPush
from ...usercom.jobs import Identity, Outcome
from ...usercom.merge import Base
from ...usercom.push import Push
from ...usercom.pushed import Pushed
from ...usercom.texts import excerpt
from ...usercom.verify_write import CREATION_TAKES, Unconfirmed, added
from ..account.unset_attributes import UnsetAttributes
from ..consents.received import consent_origin
from ..contacts.identity import Linking
from ..contacts.texts import by_id
from ..failures.problem import Problem
from ..importer import Importer
from ..memberships import Memberships
from ..queue.claims import URGENT, Task
from ..values.problems import pushed_problems, unchanged_problems

# ---- before the call ----


class UnconfirmedValues:
    """The values of one account's contacts that are on their way, kept with their links."""

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.bindings = backend.env["usercom.binding"]

    def store(self, tasks: Iterable[Task], bindings: Mapping[int, Any]) -> None:
        """Store what the pushes among ``tasks`` send: one statement for links, one for new ones.

        ``bindings``: {contact id: link}.
        """
        sent = {
            task.rows.partner_id.id: added(task.job.unconfirmed, values)
            for task in tasks
            if isinstance(task.job, Push) and (values := task.job.sends())
        }
        known = {key: values for key, values in sent.items() if key in bindings}
        if known:
            self._update(known)
        if new := {key: values for key, values in sent.items() if key not in known}:
            self._insert(new)

    def without_open_creations(self, rows: Any, bindings: Mapping[int, Any]) -> Any:
        """The ``rows`` but those whose user may be being created: they wait until it is found."""
        now = fields.Datetime.now()
        waiting = rows.browse()
        for row in rows:
            link = bindings.get(row.partner_id.id)
            sent_at = link and not link.external_id and link.unconfirmed_at
            if sent_at and sent_at + CREATION_TAKES > now:
                row._postpone((sent_at + CREATION_TAKES - now).total_seconds())
                waiting += row
        return rows - waiting

    def forget(self, task: Task) -> None:
        """Forget what the first attempt of ``task`` would have sent, as no user was created."""
        if isinstance(task.job, CompanyPush):
            self._end_company(task)._forget_unsent(task.job.push)
        elif isinstance(task.job, Push) and not (task.job.identity.user_id or task.job.unconfirmed):
            links = self.bindings._of(self.backend, task.rows.partner_id)
            never_linked = [link.id for link in links.values() if not link.external_id]
            values = {"unconfirmed": False, "unconfirmed_at": False}
            self.bindings.browse(never_linked).sudo().write(values)

    def note_end(self, task: Task) -> None:
        """Note that the call to create a user has ended, so that nothing waits for it.

        What was sent stays known: a 503 of a server that had created the user is not unheard of,
        and what is found there then is our own doing.
        """
        if isinstance(task.job, CompanyPush):
            self._end_company(task)
            return
        links = self.bindings._of(self.backend, task.rows.partner_id)
        open_links = [link.id for link in links.values() if not link.external_id]
        ended = fields.Datetime.now() - CREATION_TAKES
        self.bindings.browse(open_links).sudo().unconfirmed_at = ended

    def _end_company(self, task: Task) -> Any:
        """Note that the creation of a company has ended; return its link."""
        companies = self.backend.env["usercom.company"]
        links = companies.concat(*companies._of(self.backend, task.rows.partner_id).values())
        links._creation_ended()
        return links

    def note_created(self, outcome: Outcome[Task, Any]) -> None:
        """Note the user that a call has created, though its answer could not be stored yet."""
        task, user = outcome.task, getattr(outcome.result, "user", None)
        if isinstance(task.job, Push) and user and not task.job.identity.user_id:
            for link in self.bindings._of(self.backend, task.rows.partner_id).values():
                link.sudo().external_id = link.external_id or user.id

    def _update(self, sent: Mapping[int, Unconfirmed]) -> None:
        """Store the values, except for links that another transaction has locked."""
        self.bindings.flush_model()
        self.backend.env.cr.execute(
            SQL(
                """WITH links AS (
                       SELECT b.id, s.sent FROM usercom_binding b
                         JOIN %s ON s.partner_id = b.partner_id
                        WHERE b.backend_id = %s FOR UPDATE OF b SKIP LOCKED)
                   UPDATE usercom_binding b SET unconfirmed = links.sent, unconfirmed_at = %s
                     FROM links WHERE b.id = links.id""",
                self._rows(sent),
                self.backend.id,
                fields.Datetime.now(),
            )
        )
        self.bindings.invalidate_model(["unconfirmed", "unconfirmed_at"])

    def _insert(self, sent: Mapping[int, Unconfirmed]) -> None:
        env, now = self.backend.env, fields.Datetime.now()
        env.cr.execute(
            SQL(
                """INSERT INTO usercom_binding
                          (backend_id, partner_id, state, unconfirmed, unconfirmed_at,
                           create_uid, write_uid, create_date, write_date)
                   SELECT %(backend)s, s.partner_id, 'pending', s.sent, %(now)s,
                          %(uid)s, %(uid)s, %(now)s, %(now)s FROM %(rows)s
                       ON CONFLICT (partner_id, backend_id) DO NOTHING""",
                backend=self.backend.id,
                now=now,
                uid=env.uid,
                rows=self._rows(sent),
            )
        )
        env["res.partner"].invalidate_model(["usercom_binding_ids", "usercom_state"])

    def _rows(self, sent: Mapping[int, Unconfirmed]) -> SQL:
        """SQL: ``s(partner_id, sent)``."""
        values = [json.dumps(each) for each in sent.values()]
        return SQL("unnest(%s::int[], %s::jsonb[]) AS s(partner_id, sent)", list(sent), values)


# ---- afterwards ----


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
            self._bindings._ensure(self._backend, row.partner_id)._settle_missing(row)
        elif pushed.found:
            UnconfirmedValues(self._backend).forget(task)
            self._settle_found(row, pushed.found, task.job.custom_id)
        else:
            self._settle_sent(task, pushed)

    def _settle_sent(self, task: Task, pushed: Pushed) -> None:
        """Link the contact with the user that was written to, or that needed nothing."""
        row, job, user = task.rows, task.job, pushed.user
        user_id = user.id if user else job.identity.user_id
        problems = task.problems
        if pushed.ignored or pushed.remote_base:
            mappings = self._backend._active_mappings()
            problems = problems + pushed_problems(mappings, row.partner_id, pushed)
        is_paired = any(each.membership for each in job.attributes.values())
        if is_paired and (pairs := Memberships(self._backend).pairs):
            problems = problems + self._settle_memberships(pairs, row.partner_id, pushed)
        if pushed.leaves_unset_out is not None:
            UnsetAttributes(self._backend).learn(pushed.leaves_unset_out)
        base = _tried_again(job, pushed)
        self._linking.link(row.partner_id, user_id, user, base, problems, since=job.base)
        if job.orphans:  # a second user may still turn up, created by a call without an answer
            link = self._bindings._of_user(self._backend, user_id)
            link.created_with = dict(job.orphans.sent)
        answer = dict(user.values) if user else None
        outcome = "sent" if pushed.wrote else "equal"
        row._close(
            problems,
            outcome=outcome,
            sent=excerpt(_named(job, pushed.sent) if is_paired else pushed.sent),
            answer=excerpt(answer),
        )
        if job.is_part:
            self._keep_unsent(job, user_id)
        if job.is_part or (is_paired and job.leaves_joining()):
            row._enqueue(row.partner_id.ids, self._backend)

    def _keep_unsent(self, job: Push, user_id: int) -> None:
        """Keep what an earlier push sent without an answer, and this one had no part in."""
        answered = {rule.key for rule in job.rules}
        unsent = {key: each for key, each in job.unconfirmed.items() if key not in answered}
        self._bindings._of_user(self._backend, user_id).sudo().unconfirmed = unsent or False

    def _settle_memberships(self, pairs: Sequence[Any], partner: Any, pushed: Pushed) -> list[str]:
        """Note which tags and lists are gone, and their ids; return what was not changed."""
        gone = [pair.label_id for pair in pairs if pair._key() in pushed.gone]
        self._env["usercom.label"].union(*gone)._vanish()
        labels = pushed.user.labels if pushed.user else {}
        for pair in pairs:  # a list gets its id when it is created there
            pair.label_id._learn_ids(labels.get(pair._kind, ()))
        return unchanged_problems(pairs, partner, pushed.ignored.keys() - pushed.gone)

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
            if row.priority >= URGENT:
                self._keep_urgent(row)

    def _keep_urgent(self, row: Any) -> None:
        """Have what is sent next of the contact go first, too: it has withdrawn a consent."""
        next_rows = row._waiting_rows(row.partner_id, row.backend_id, row.resource)
        next_rows.priority = row.priority

    def _was_taken_away(self, row: Any, user: Any) -> bool:
        """Whether ``user``, found for this row, has been deleted or merged away since."""
        domain = [
            ("backend_id", "=", self._backend.id),
            ("resource", "=", "users"),
            ("partner_id", "=", False),
            ("external_id", "=", user.id),
            ("operation", "in", ("delete", "merge")),
            ("state", "=", "done"),
            ("write_date", ">=", row.claimed_at),
        ]
        return bool(row.search_count(domain, limit=1))

    def keep_emptied(self, row: Any, error: EmptiedError, links: Any) -> None:
        """Have Odoo keep its values of what User.com emptied by itself: nobody has emptied them.

        ``links`` is the model of the links of what the row is sent as.
        """
        for link in links._of_user(self._backend, error.user_id):
            base = link._last_base()
            base.remote |= dict.fromkeys(error.names)
            link._store_base(base)
        row._put_back()


def _tried_again(push: Push, pushed: Pushed) -> Base:
    """Return the base to store, which still has the tags and lists that were not taken away.

    So they are taken away with the next change, or told of once more, instead of being kept apart.
    """
    base = pushed.base
    kept = push.joined({key: True for key, value in pushed.ignored.items() if value is None})
    base.agree_on(dict.fromkeys(kept, True))
    return base


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


def _named(push: Push, sent: dict[str, Any]) -> dict[str, Any]:
    """The values that were sent, with the names of tags and lists in place of their keys."""
    joined = push.joined(sent)
    return {push.attributes[k].name if k in joined else k: v for k, v in sent.items()}
