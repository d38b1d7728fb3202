"""Run calls in parallel, so that their latency does not leave the rate limit unused."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST = 32
LONG_DRAW = 0.25  # seconds

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome(Generic[Task, Result]):
    """The result of one task, or the error that it raised."""

    task: Task
    result: Result | None = None
    error: Exception | None = None


def overlapped(
    tasks: Iterable[Task], call: Callable[[Task], Result], *, workers: Callable[[], int]
) -> Iterator[list[Outcome[Task, Result]]]:
    """Yield the outcomes of `call(task)` in batches, as they come.

    `tasks` is iterated in the caller's thread and only when a worker is free, so it may read a
    database lazily. At most `workers()` tasks run at once; the function is asked before each batch.
    Where tasks take long to come, as mass updates do, what is finished does not wait for them all.
    An error of a task is in its outcome, and does not stop the others.
    """
    source = iter(tasks)
    under_way: dict[Future[Result], Task] = {}
    with ThreadPoolExecutor(MOST, thread_name_prefix="usercom") as pool:
        while True:
            started = time.monotonic()
            for task in _take(source, max(workers(), 1) - len(under_way)):
                under_way[pool.submit(call, task)] = task
                is_long = time.monotonic() - started > LONG_DRAW
                if is_long and any(future.done() for future in under_way):
                    break
            if not under_way:
                return
            finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
            yield [_outcome(under_way.pop(future), future) for future in finished]


def _take(source: Iterator[Task], count: int) -> Iterator[Task]:
    for _ in range(count):
        try:
            yield next(source)
        except StopIteration:
            return


def _outcome(task: Task, future: Future[Result]) -> Outcome[Task, Result]:
    error = future.exception()
    if error is None:
        return Outcome(task, result=future.result())
    if isinstance(error, Exception):
        return Outcome(task, error=error)
    raise error
