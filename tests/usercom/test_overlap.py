"""Calls overlap, so that latency does not add up, and an error stays with its task."""

import threading
import time

import pytest
from usercom.jobs import overlapped


def test_every_outcome_comes_once() -> None:
    batches = overlapped(range(50), lambda n: n * 2, workers=lambda: 4)
    outcomes = [outcome for batch in batches for outcome in batch]
    assert sorted((o.task, o.result) for o in outcomes) == [(n, n * 2) for n in range(50)]


def test_calls_run_side_by_side_up_to_the_number_of_workers() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def call(_task: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1

    list(overlapped(range(20), call, workers=lambda: 5))
    assert most == 5


def test_an_error_is_the_outcome_of_its_task_alone() -> None:
    def call(task: int) -> int:
        if task == 3:
            raise ValueError("three")
        return task

    outcomes = {o.task: o for batch in overlapped(range(6), call, workers=lambda: 2) for o in batch}
    assert str(outcomes[3].error) == "three"
    assert [o.task for o in outcomes.values() if o.error is None] != []
    assert len(outcomes) == 6


def test_tasks_are_drawn_in_the_callers_thread_and_no_further_ahead_than_workers() -> None:
    drawn: list[int] = []
    thread = threading.get_ident()

    def tasks():
        for number in range(100):
            assert threading.get_ident() == thread
            drawn.append(number)
            yield number

    batches = overlapped(tasks(), lambda n: n, workers=lambda: 3)
    seen = len(next(batches))
    assert len(drawn) <= 3
    assert seen + sum(map(len, batches)) == 100


def test_what_is_finished_does_not_wait_for_tasks_that_take_long_to_come() -> None:
    drawn: list[int] = []

    def tasks():
        for number in range(4):
            time.sleep(0.3)
            drawn.append(number)
            yield number

    batches = overlapped(tasks(), lambda n: n, workers=lambda: 4)
    seen = len(next(batches))
    assert len(drawn) <= 2
    assert seen + sum(map(len, batches)) == 4


def test_an_error_of_the_source_ends_it_all() -> None:
    def tasks():
        yield 1
        raise RuntimeError("the database is gone")

    with pytest.raises(RuntimeError, match="database is gone"):
        list(overlapped(tasks(), lambda n: n, workers=lambda: 2))


def test_what_is_finished_does_not_wait_where_nothing_has_come_for_long() -> None:
    finished, drawn = threading.Event(), []

    def tasks():
        yield 1
        finished.wait(5)
        time.sleep(0.05)
        yield None
        drawn.append(2)
        yield 2

    def call(task: int) -> int:
        finished.set()
        return task

    batches = overlapped(tasks(), call, workers=lambda: 4)
    assert [outcome.task for outcome in next(batches)] == [1]
    assert not drawn
    assert [outcome.task for batch in batches for outcome in batch] == [2]


def test_where_nothing_is_under_way_more_is_drawn() -> None:
    batches = overlapped([None, None, None, 1, None], str, workers=lambda: 2)
    assert [outcome.result for batch in batches for outcome in batch] == ["1"]
