"""From the claimed rows of the outbox to calls of User.com, and from their answers to links."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from ...usercom.company_sync import CompanyPush, CompanyRemoval, CompanySearch, MemberChange
from ...usercom.mass import WORTHWHILE, MassPush, is_worthwhile, mass_key
from ...usercom.merge import Base, remote_base_value
from ...usercom.push import Push
from ...usercom.pushed import Pushed
from ...usercom.records import COMPANIES
from ...usercom.texts import excerpt
from ...usercom.verify_write import Orphans
from ..companies.exporter import CompanyExporter
from ..companies.settlement import CompanySettlement
from ..comparison import Comparison
from ..contacts.identity import ContactIdentity, Linking
from ..database.transactions import attempted
from ..failures.problem import joined
from ..initial_sync.csv_import import being_imported
from ..memberships import Memberships
from ..queue.claims import URGENT, Task
from ..values.exporter import email_problem
from .removals import Removals
from .settlement import PushSettlement, UnconfirmedValues, fail_as_duplicate

# ---- the front door ----


class Exporter:
    """Brings the contacts of one account to User.com.

    The drain asks it for the ``tasks`` of rows it has claimed, makes their calls in threads of its
    own, without a database, and hands each result to ``settle``.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def tasks(self, rows: Any) -> list[Task]:
        """What to do for the claimed ``rows``; those that need no call are settled at once.

        A row without a contact is about the user of one that was deleted or merged into another.
        """
        contacts = rows.filtered(lambda row: row.partner_id and row.resource != COMPANIES)
        inside_ids = set(self._backend._taking_part(contacts.partner_id).ids)
        inside = contacts.filtered(lambda row: row.partner_id.id in inside_ids)
        others = self._other_tasks(rows - inside) if rows != inside else []
        return others + self._pushes(inside)

    def _other_tasks(self, rows: Any) -> list[Task]:
        """The tasks of companies, and of contacts that are deleted or take no part any more."""
        companies = rows.filtered(lambda row: row.resource == COMPANIES)
        left = (rows - companies).filtered("partner_id")
        return [
            *CompanyExporter(self._backend).tasks(companies),
            *left._leaving_tasks(self._backend),
            *Removals(self._backend).of_deleted(rows - companies - left),
        ]

    def _pushes(self, rows: Any) -> list[Task]:
        """The pushes of contacts that take part; what they send is stored before it is sent."""
        bindings = self._backend.env["usercom.binding"]._of(self._backend, rows.partner_id)
        self._note_return(rows, bindings)
        rows = Admission(self._backend, bindings).admitted(rows)
        tasks = Pushes(self._backend, rows.partner_id).tasks(rows, bindings)
        tasks = without_unaddressed(tasks)
        UnconfirmedValues(self._backend).store(tasks, bindings)
        return MassUpdates(self._backend).in_place_of_alike(tasks)

    def _note_return(self, rows: Any, bindings: dict[int, Any]) -> None:
        """Note that these contacts take part, and so that those who had left are back."""
        back = [link.id for link in bindings.values() if link.left_at]
        self._backend.env["usercom.binding"].browse(back).left_at = False
        rows.filtered(lambda row: row.operation != "sync").operation = "sync"

    def alike(self, rows: Any) -> list[int]:
        """The ids of those waiting ``rows`` that mass updates can stand for."""
        return MassUpdates(self._backend).alike(rows)

    def settle(self, task: Task, result: Any) -> None:
        """Store what came of a task's job."""
        match task.job:
            case MassPush():
                MassUpdates(self._backend).settle(task, result)
            case Push():
                PushSettlement(self._backend).settle(task, result)
            case CompanyPush() | MemberChange() | CompanyRemoval() | CompanySearch():
                CompanySettlement(self._backend).settle(task, result)
            case _:
                Removals(self._backend).settle(task.rows, result)

    def pushed_contacts(self, task: Task, result: Any) -> Any:
        """The contacts whose values the result has brought to User.com, as users."""
        if not isinstance(task.job, Push | MassPush):
            return task.rows.partner_id.browse()
        results = result if isinstance(task.job, MassPush) else [result]
        pairs = zip(task.rows, results, strict=True)
        wrote = [row.id for row, each in pairs if isinstance(each, Pushed) and each.wrote]
        return task.rows.browse(wrote).partner_id


# ---- what may be sent now ----

IMPORT_SECONDS = 15  # until a contact that a CSV import may be creating is looked at again


class Admission:
    """Keeps back contacts that cannot be sent now, because another contact may have their user.

    Two contacts with the address jan@example.org would be found as one user. The first that is
    linked keeps it; the row of the other fails with a text that names the first.

    ``bindings``: {contact id: link}.
    """

    def __init__(self, backend: Any, bindings: dict[int, Any]) -> None:
        self._backend = backend
        self._bindings = bindings
        self._identity = ContactIdentity(backend)

    def admitted(self, rows: Any) -> Any:
        """The ``rows`` that may go on."""
        rows = self._without_erased(rows)
        new = rows.filtered(
            lambda row: not self._identity.is_linked(row.partner_id, self._link(row))
        )
        free = self._without_taken_keys(rows - new)
        if new:
            free += self._without_taken_emails(self._without_imported(new))
        return UnconfirmedValues(self._backend).without_open_creations(free, self._bindings)

    def _link(self, row: Any) -> Any:
        return self._bindings.get(row.partner_id.id)

    def _without_erased(self, rows: Any) -> Any:
        """Leave out contacts that were anonymized."""
        erased = rows.filtered(lambda row: (link := self._link(row)) and link.state == "erased")
        if erased:
            erased._finish(outcome="left_out")
        return rows - erased

    def _without_imported(self, rows: Any) -> Any:
        """Put off contacts that a CSV import of an initial sync may be about to create."""
        importing = being_imported(self._backend, rows.partner_id)
        emails = set(importing.mapped("email_normalized")) - {False}
        held = rows.filtered(
            lambda row: row.partner_id in importing or row.partner_id.email_normalized in emails
        )
        if held:
            held._postpone(IMPORT_SECONDS)
        return rows - held

    def _without_taken_emails(self, rows: Any) -> Any:
        """Put off all but one of the contacts without a user that share an e-mail address."""
        emails = rows.partner_id.mapped("email_normalized")
        linked, looked_for = Linking(self._backend).holders(emails)
        free = rows.browse()
        for row in rows:
            email = row.partner_id.email_normalized
            if email in linked:
                fail_as_duplicate(row, linked[email])
            elif email and looked_for.setdefault(email, row.partner_id) != row.partner_id:
                row._postpone(1)
            else:
                free += row
        return free

    def _without_taken_keys(self, rows: Any) -> Any:
        """Fail rows whose key field was given the id of another contact's user by hand."""
        keys = {}
        for row in rows:
            link, key = self._link(row), self._identity.known_id(row.partner_id)
            if key and not (link and link.external_id == key):
                keys[row] = key
        if not keys:
            return rows
        owners = self._backend.env["usercom.binding"]._owners(self._backend, keys.values())
        taken = rows.filtered(
            lambda row: owners.get(keys.get(row), row.partner_id) != row.partner_id
        )
        for row in taken:
            fail_as_duplicate(row, owners[keys[row]])
        return rows - taken


def without_unaddressed(tasks: list[Task]) -> list[Task]:
    """Fail the tasks that would create a user without the e-mail address that the contact has.

    What has been typed as one is no address, so nobody would find the user by it again.
    """
    unaddressed = [task for task in tasks if task.problems and task.is_unaddressed()]
    for task in unaddressed:
        task.rows._fail(joined(task.problems))
    return [task for task in tasks if task not in unaddressed]


# ---- what is sent of a contact ----

Values = dict[str, Any]


class Pushes:
    """Makes the pushes of many contacts; what that takes is looked up once for ``partners``."""

    def __init__(self, backend: Any, partners: Any) -> None:
        self._backend = backend
        mappings = backend._active_mappings()
        self._comparison = Comparison(mappings, partners, Memberships(self._backend))
        self._identity = ContactIdentity(backend)

    def tasks(self, rows: Any, bindings: dict[int, Any]) -> list[Task]:
        """One task for each of the outbox's ``rows``; ``bindings`` is {contact id: link}."""
        ahead = self._ahead_of_merges(rows, bindings)
        tasks = [self._task(row, bindings.get(row.partner_id.id)) for row in rows]
        return [_of_consents(task) if task.rows in ahead else task for task in tasks]

    def _ahead_of_merges(self, rows: Any, bindings: dict[int, Any]) -> Any:
        """Those of the ``rows`` that go before other users are merged into theirs.

        They withdraw a consent. Their other values wait: sent now, they would overrule what was
        changed of the other users there, since the values of the user who stays are kept.
        """
        urgent = rows.filtered(lambda row: row.priority >= URGENT)
        links = self._backend.env["usercom.binding"].union(
            *(bindings[each] for each in urgent.partner_id.ids if each in bindings)
        )
        awaiting = links and links._awaiting_merges().partner_id
        return urgent.filtered(lambda row: awaiting and row.partner_id in awaiting)

    def _task(self, row: Any, binding: Any) -> Task:
        """``binding`` is the link of the row's contact, None where it has none."""
        partner = self._backend._with_account_context(row.partner_id)
        identity = self._identity.to_send(partner, binding)
        base = binding._agreed_with(identity.user_id) if binding else Base()
        values, problems = self._values(partner, base)
        job = Push(
            identity,
            self._comparison.rules,
            self._comparison.attributes,
            base,
            values,
            self._identity.new_custom_id(partner, binding),
            binding._unconfirmed_by(identity.user_id) if binding else {},
            binding._orphans() if binding else Orphans(),
            reads_first=row.is_by_hand,
        )
        return Task(row, job, problems)

    def _values(self, partner: Any, base: Base) -> tuple[Values, list[str]]:
        """``({key: canonical value}, problems)``.

        A phone number that User.com or the base spells otherwise keeps that spelling, so that it
        does not count as a change: "600 100 200" for "+48600100200". What is no e-mail address is
        left out, since User.com would refuse all else with it.
        """
        values, problems = self._comparison.export(partner)
        if problem := email_problem(self._comparison.mappings, partner, values):
            values.pop("email")
            problems.insert(0, problem)
        there = {key: remote_base_value(base, key) for key in values}
        values |= self._comparison.phones.spelled_as(partner, values, there)
        values |= self._comparison.phones.spelled_as(partner, values, base)
        return values, problems


def _of_consents(task: Task) -> Task:
    """The task with nothing but consents to send; what could not be sent is told of with the rest.

    A custom id waits, too: it may still be that of a user who is to be merged.
    """
    consents = [rule for rule in task.job.rules if rule.consent]
    job = replace(task.job, rules=consents, custom_id=None, is_part=True)
    return replace(task, job=job, problems=[])


# ---- many contacts that get the same ----


class MassUpdates:
    """Finds pushes that are alike, makes one job of them, and settles each by itself."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._bindings = backend.env["usercom.binding"]

    def alike(self, rows: Any) -> list[int]:
        """The ids of those waiting ``rows`` that mass updates can stand for.

        Whoever takes part no more is none of them: thousands who leave are asked about. Where one
        of them cannot be made into a push there are none: claimed a few at a time, as usual, they
        show which one it is.
        """
        inside = set(self._backend._taking_part(rows.partner_id).ids)
        rows = rows.filtered(lambda row: row.partner_id.id in inside)
        bindings = self._bindings._of(self._backend, rows.partner_id)
        tasks, error = attempted(self._backend.env, self._tasks, rows, bindings)
        groups = [] if error else _groups(tasks)
        return [task.rows.id for group in groups for task in group]

    def _tasks(self, rows: Any, bindings: dict[int, Any]) -> list[Task]:
        return Pushes(self._backend, rows.partner_id).tasks(rows, bindings)

    def in_place_of_alike(self, tasks: list[Task]) -> list[Task]:
        """The tasks, with mass updates in place of those that are alike."""
        if len(tasks) < WORTHWHILE:
            return tasks
        groups = _groups(tasks)
        massed = {task.rows for group in groups for task in group}
        return [
            *(_mass_update(group) for group in groups),
            *(task for task in tasks if task.rows not in massed),
        ]

    # ---- settling ----

    def settle(self, task: Task, results: list[Pushed | None]) -> None:
        """Store what became of each push of a mass update."""
        rows, bindings = task.rows, self._bindings._of(self._backend, task.rows.partner_id)
        again = done = rows.browse()
        for row, push, pushed in zip(rows, task.job.pushes, results, strict=True):
            user_id, link = push.identity.user_id, bindings.get(row.partner_id.id)
            is_same = link and link.external_id == user_id
            if pushed is None:
                again += row
            elif _needs_a_look(pushed) or not is_same:
                PushSettlement(self._backend).settle(Task(row, push), pushed)
            else:
                link._agree(user_id, pushed.user, pushed.base, since=push.base)
                done += row
        changes = task.job.pushes[0].changes()
        done._close([], outcome="sent" if changes else "equal", sent=excerpt(changes))
        again._put_back(force_single=True)


def _groups(tasks: list[Task]) -> list[list[Task]]:
    """Tasks that need the same changes, in lists worth mass updates."""
    groups = defaultdict(list)
    for task in tasks:
        key = None if task.problems or task.rows.force_single else mass_key(task.job)
        if key is not None:
            groups[key].append(task)
    return [group for key, group in groups.items() if is_worthwhile(len(group), len(key))]


def _mass_update(group: list[Task]) -> Task:
    rows = group[0].rows.browse(task.rows.id for task in group)
    return Task(rows, MassPush([task.job for task in group]))


def _needs_a_look(pushed: Pushed) -> bool:
    """Whether User.com has not simply taken what was sent."""
    return bool(pushed.missing or pushed.found or pushed.ignored or pushed.remote_base)
