"""What claimed rows have to have called, and what becomes of them once User.com has answered."""

import logging
import math
from collections.abc import Callable
from itertools import chain
from typing import Any

from ...usercom import (
    AmbiguousUserError,
    CredentialsError,
    EmptiedError,
    LostAnswerError,
    RetryableError,
    ServerError,
    ThrottledError,
    UnreachableError,
    User,
    UsercomError,
)
from ...usercom.push import Push
from ...usercom.pushed import Pushed
from ..account.connection import is_current
from ..contacts.identity import Linking
from ..contacts.texts import by_id
from ..contacts.value_changes import ValueChanges
from ..database.transactions import attempted, described, in_lots
from ..exporter.removals import Removals
from ..exporter.settlement import UnconfirmedValues
from ..failures.problem import Problem, explain
from ..mapping.gone_labels import GoneLabels
from ..memberships import Memberships
from ..queue.brake import Brake, BrakeError
from ..queue.claims import Task

# ---- tasks are built ----

_logger = logging.getLogger(__name__)


class TaskBuilder:
    """Makes tasks of claimed rows, in a transaction after the claim's.

    The edit of a row that was found waiting may have been committed after the claim's snapshot was
    taken: then a task built in that transaction would send the contact without it.
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.env = backend.env

    def build(self, rows: Any) -> list[Task]:
        """The tasks of ``rows``; whose contact somebody has locked waits."""
        lots = in_lots(self.env, rows, self._admit, _put_off, at_once=True)
        return list(chain.from_iterable(lots))

    def give_back(self, task: Task) -> None:
        """Nothing was called for this task: its rows wait for the next run."""
        UnconfirmedValues(self.backend).forget(task)
        Brake(self.backend).take_back([task])
        task.rows._put_back()

    def _admit(self, rows: Any) -> list[Task]:
        """The tasks of ``rows``; none where the brake stops them."""
        tasks, error = attempted(self.env, self._counted, rows._tasks, self.backend)
        if error and not isinstance(error, BrakeError):
            tasks, error = attempted(self.env, self._counted, self._build_each, rows)
        if isinstance(error, BrakeError):
            rows.exists()._put_back()
            Brake(self.backend).stop(error)
            return []
        if error:
            raise error
        return tasks

    def _counted(self, build: Callable[[Any], list[Task]], *argument: Any) -> list[Task]:
        tasks = build(*argument)
        Brake(self.backend).count_tasks(tasks)
        return tasks

    def _build_each(self, rows: Any) -> list[Task]:
        """The tasks of ``rows``; where one of them cannot be built, the others still are."""
        return [task for row in rows.exists() for task in self._build_one(row)]

    def _build_one(self, row: Any) -> list[Task]:
        tasks, error = attempted(self.env, row._tasks, self.backend)
        if error is None:
            return list(tasks)
        _logger.info("user.com call could not be prepared: %s", described(error))
        if row.exists():
            named = by_id(row.partner_id) or row.display_name
            row._fail(Problem(f"{named}: {error}", "refused_here"))
        return []


def _put_off(row: Any) -> None:
    row.exists()._put_off()


# ---- what came of them is stored ----


class Settlement:
    """Stores the outcomes of tasks that were run with ``client``."""

    def __init__(self, backend: Any, client: Any) -> None:
        self.backend = backend
        self.client = client
        self.env = backend.env
        self.kept: dict[Any, Any] = {}  # outcomes by rows, which somebody has locked

    def settle(self, outcomes: list[Any]) -> None:
        """Settle what came out; whose contact somebody has locked is called for again.

        What must not be called for again is kept until it can be settled.
        """
        in_lots(self.env, outcomes, self._settle_lot, self._put_off)

    def settle_kept(self) -> None:
        """Settle what was kept; what is locked still is kept on."""
        if kept := list(self.kept.values()):
            self.kept = {}
            self.settle(kept)

    def undone(self) -> Any:
        """The rows kept whose call has certainly had no effect."""
        return {
            row
            for rows, outcome in self.kept.items()
            if not _may_be_done(outcome.error)
            for row in rows
        }

    def _put_off(self, outcome: Any) -> None:
        UnconfirmedValues(self.backend).note_created(outcome)
        rows = outcome.task.rows
        if rows._keeps_answers:
            self.kept[rows] = outcome
        else:
            rows.exists()._put_off()

    def _settle_lot(self, outcomes: list[Any]) -> None:
        """Settle a lot; if the account has another key or system now, call for it again.

        But for what was told of: a row is still there if the system is.
        """
        if is_current(self.backend, self.client):
            return self.store(outcomes)
        for outcome in outcomes:
            rows = outcome.task.rows.exists()
            if rows and rows._keeps_answers and not outcome.error:
                self.store([outcome])
            elif _may_be_done(outcome.error):
                rows._give_back()
            else:
                rows._put_back()

    def store(self, outcomes: list[Any]) -> None:
        """Store what came out; where one of them cannot be stored, the others still are."""
        _done, error = attempted(self.env, self._settle_each, outcomes)
        if error and len(outcomes) > 1:
            for outcome in outcomes:
                self.store([outcome])
        elif isinstance(error, BrakeError):
            outcomes[0].task.rows._put_back()
            Brake(self.backend).stop(error)
        elif error:
            _logger.info("user.com result could not be stored: %s", described(error))
            self._fail_to_store(outcomes[0], Problem(str(error), "refused_here"))

    def _settle_each(self, outcomes: list[Any]) -> None:
        settled = [outcome for outcome in outcomes if outcome.error is None]
        if self.backend.history_days:
            ValueChanges(self.backend).note_sent((each.task, each.result) for each in settled)
        if (users := _users_read(settled)) and Memberships(self.backend).is_imported():
            GoneLabels(self.backend, self.client).look_for_those_lost(users)
        self._read_at_once(settled)
        for outcome in outcomes:
            self._forget_undone(outcome)
            self._hear(outcome)
            self._settle_one(outcome)
        self._react_to_pushes(settled)

    def _read_at_once(self, settled: list[Any]) -> None:
        """Read the pushed rows, their contacts and links for all of them together."""
        pushed = [each.task.rows.ids for each in settled if isinstance(each.task.job, Push)]
        if rows := self.env["usercom.outbox"].browse(chain.from_iterable(pushed)):
            Linking(self.backend).read_at_once(rows.partner_id)

    def _hear(self, outcome: Any) -> None:
        """Hear what a user said whose end was not answered."""
        if was := getattr(outcome.error, "was", None):
            removals = Removals(self.backend)
            removals.hear(outcome.task.rows, was)
            if not isinstance(outcome.error, ThrottledError):
                removals.note_unheard(outcome.task.rows)

    def _forget_undone(self, outcome: Any) -> None:
        """Forget what was noted before the call, of what the call has not done."""
        if isinstance(outcome.error, UsercomError):
            self._forget_uncreated(outcome.task, outcome.error)
        if outcome.error or getattr(outcome.result, "found", None):
            Brake(self.backend).take_back([outcome.task])

    def _forget_uncreated(self, task: Any, error: UsercomError) -> None:
        unconfirmed = UnconfirmedValues(self.backend)
        if not error.is_unconfirmed:
            unconfirmed.forget(task)
        elif error.has_ended:
            unconfirmed.note_end(task)

    def _settle_one(self, outcome: Any) -> None:
        rows, error = outcome.task.rows, outcome.error
        match error:
            case None:
                rows._settle(outcome.task, outcome.result)
            case ThrottledError():
                rows._postpone(error.retry_after)
            case UnreachableError() | ServerError(status=408 | 425 | 502 | 503 | 504):
                # no contact's fault: only the time is limited
                rows._retry_later(explain(self.env, error), most=math.inf)
            case RetryableError():
                rows._retry_later(explain(self.env, error))
            case CredentialsError():
                rows._put_back()
                self.backend._pause_for(error)
            case EmptiedError():
                rows._keep_emptied(error)
                self.backend._pause(explain(self.env, error))
            case AmbiguousUserError():
                rows._fail(explain(self.env, error), is_ambiguous=True)
            case UsercomError():
                rows._refuse(error)
            case _:
                _logger.error("user.com job failed: %s", described(error))
                message = self.env._("Unexpected error: %s", error)
                rows._retry_later(Problem(message, "unexpected"))

    def _react_to_pushes(self, settled: list[Any]) -> None:
        """Let other apps react to what User.com has taken, once for all contacts."""
        pushed = self.env["res.partner"].union(
            *(outcome.task.rows._pushed(outcome.task, outcome.result) for outcome in settled)
        )
        if pushed:
            self.backend._after_push(self.backend._with_account_context(pushed))

    def _fail_to_store(self, outcome: Any, message: str) -> None:
        if rows := outcome.task.rows.exists():
            rows._fail_to_store(outcome.task, message)
        else:  # erased meanwhile
            Removals(self.backend).remove_orphaned_user(outcome.task.job, outcome.result)


def _users_read(settled: list[Any]) -> list[User]:
    """The users that contacts are to be merged with."""
    results = [outcome.result for outcome in settled]
    found = [result.found for result in results if isinstance(result, Pushed) and result.found]
    return found + [result for result in results if isinstance(result, User)]


def _may_be_done(error: Exception | None) -> bool:
    """Whether a call that ended so may have had its effect, as far as a repeated one matters."""
    return not isinstance(error, UsercomError) or isinstance(error, LostAnswerError)
