"""What is to be called for claimed rows."""

import logging
from itertools import chain
from typing import Any

from ..contacts.texts import by_id
from ..contacts.unconfirmed import UnconfirmedValues
from ..database.transactions import attempted, described, in_lots
from ..failures.problem import Problem
from ..queue.brake import Brake, BrakeError
from ..queue.claims import Task

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
        tasks, error = attempted(self.env, self._build_and_count, rows)
        if isinstance(error, BrakeError):
            rows.exists()._put_back()
            Brake(self.backend).stop(error)
            return []
        if error:
            raise error
        return tasks

    def _build_and_count(self, rows: Any) -> list[Task]:
        tasks = self._build(rows)
        Brake(self.backend).count_tasks(tasks)
        return tasks

    def _build(self, rows: Any) -> list[Task]:
        """The tasks of ``rows``; where one of them cannot be built, the others still are."""
        tasks, error = attempted(self.env, rows._tasks, self.backend)
        if error is None:
            return tasks
        left = rows.exists()
        if len(rows) > 1:
            return [task for row in left for task in self._build(row)]
        _logger.info("user.com call could not be prepared: %s", described(error))
        for row in left:
            named = by_id(row.partner_id) or row.display_name
            row._fail(Problem(f"{named}: {error}", "refused_here"))
        return []


def _put_off(row: Any) -> None:
    row.exists()._put_off()
