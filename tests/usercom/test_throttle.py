"""The rate limit: nearly all of it used, never exceeded, whoever asks."""

import heapq
import threading
import time
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from usercom import Throttle, ThrottledError, shared_throttle


class Clock:
    """Time that passes only by sleeping; what is due meanwhile happens at its time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._due = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        end = self.now + seconds
        while self._due and self._due[0][0] <= end:
            self.now, _number, action = heapq.heappop(self._due)
            action()
        self.now = end

    def at(self, moment: float, action) -> None:
        heapq.heappush(self._due, (moment, id(action), action))

    def throttle(self, rate: float) -> Throttle:
        return Throttle(rate, clock=self, sleep=self.sleep)


def test_it_tells_how_long_it_holds():
    clock = Clock()
    throttle = clock.throttle(10)
    assert throttle.held_for() == 0
    throttle.pause(30)
    clock.sleep(12)
    assert throttle.held_for() == 18
    clock.sleep(20)
    assert throttle.held_for() == 0


def most_in_a_second(moments):
    """The fullest window of one second, both ends counted."""
    ordered = sorted(moments)
    return max(
        sum(1 for other in ordered[index:] if other - moment <= 1)
        for index, moment in enumerate(ordered)
    )


def departures(rate, latencies):
    """When calls leave, each worker waiting for its answer before it calls again."""
    clock = Clock()
    throttle = clock.throttle(rate)
    ready = [(clock.now, worker) for worker in range(8)]
    moments = []
    for latency in latencies:
        free_at, worker = heapq.heappop(ready)
        clock.sleep(max(0, free_at - clock.now))
        call = throttle.acquire()
        moments.append(clock.now)
        clock.at(clock.now + latency, partial(throttle.answered, call))
        heapq.heappush(ready, (clock.now + latency, worker))
    return moments


@pytest.mark.parametrize("rate", [1, 10, 30])
def test_eight_workers_use_nearly_all_of_it(rate):
    moments = departures(rate, [0.2] * 400)
    assert 399 / (moments[-1] - moments[0]) >= 0.95 * rate


@given(rate=st.integers(1, 20), latencies=st.lists(st.floats(0, 3), min_size=30, max_size=60))
def test_no_second_holds_more_than_the_rate(rate, latencies):
    assert most_in_a_second(departures(rate, latencies)) <= rate


def test_no_second_holds_more_than_the_rate_when_sleep_is_late():
    clock = Clock()
    lateness = iter([0.05, 0, 0.12, 0, 0, 0.03] * 100)
    throttle = Throttle(10, clock=clock, sleep=lambda s: clock.sleep(s + next(lateness)))
    moments = []
    for _ in range(100):
        throttle.acquire()
        moments.append(clock.now)
    assert most_in_a_second(moments) <= 10


def arrivals(delays, answer=0.2):
    """When calls reach the server, each delayed so much on its way there."""
    clock = Clock()
    throttle = clock.throttle(10)
    moments = []
    for delay in delays:
        call = throttle.acquire()
        moments.append(clock.now + delay)
        clock.at(clock.now + delay + answer, partial(throttle.answered, call))
    return moments


@given(st.lists(st.floats(0, 0.14), min_size=12, max_size=60))
def test_no_second_at_the_server_holds_more_than_the_rate_when_calls_are_late(delays):
    assert most_in_a_second(arrivals([0.0, *delays])) <= 10


def test_a_few_milliseconds_on_the_way_cost_nothing():
    moments = arrivals([0.0, 0.008, 0.003, 0.001] * 100)
    assert 399 / (moments[-1] - moments[0]) >= 9.7


def test_a_slow_server_is_no_reason_to_wait_for_long():
    moments = arrivals([0.0, *[1.5] * 200])
    assert 200 / (moments[-1] - moments[0]) >= 8.0


def test_clients_of_an_account_share_its_limit():
    throttle = shared_throttle("db", 1, 10.0)
    assert shared_throttle("db", 1, 10.0) is throttle
    assert shared_throttle("db", 2, 10.0) is not throttle
    assert shared_throttle("db", 1, 5.0).rate == 5.0


def test_a_late_call_is_made_good():
    clock = Clock()
    throttle = clock.throttle(10)
    throttle.acquire()
    clock.sleep(0.25)
    before = clock.now
    throttle.acquire()
    throttle.acquire()
    assert clock.now == before


def test_a_lull_saves_up_only_a_small_burst():
    clock = Clock()
    throttle = clock.throttle(10)
    clock.sleep(3600)
    moments = []
    for _ in range(10):
        throttle.acquire()
        moments.append(clock.now)
    assert sum(moment - moments[0] < 0.01 for moment in moments) == 3


def test_a_rate_of_one_has_no_burst():
    clock = Clock()
    throttle = clock.throttle(1)
    clock.sleep(3600)
    throttle.acquire()
    first = clock.now
    throttle.acquire()
    assert clock.now - first > 1


def test_waiting_is_one_sleep():
    clock = Clock()
    sleeps = []
    throttle = Throttle(10, clock=clock, sleep=lambda s: (sleeps.append(s), clock.sleep(s)))
    throttle.acquire()
    throttle.acquire()
    assert len(sleeps) == 1


def test_a_rate_below_one_is_kept():
    clock = Clock()
    throttle = clock.throttle(0.5)
    start = clock.now
    for _ in range(13):
        throttle.acquire()
    assert clock.now - start >= 20


@pytest.mark.parametrize("rate", [0, -1, float("nan")])
def test_a_rate_must_be_positive(rate):
    with pytest.raises(ValueError, match="above 0"):
        Throttle(rate)


class TestPause:
    def test_it_holds_back(self):
        clock = Clock()
        throttle = clock.throttle(10)
        start = clock.now
        throttle.pause(4)
        throttle.acquire()
        assert clock.now - start == pytest.approx(4)

    def test_a_shorter_one_does_not_end_a_longer_one(self):
        clock = Clock()
        throttle = clock.throttle(10)
        start = clock.now
        throttle.pause(4)
        throttle.pause(1)
        throttle.acquire()
        assert clock.now - start == pytest.approx(4)

    def test_a_long_one_is_not_slept_through(self):
        clock = Clock()
        throttle = clock.throttle(10)
        start = clock.now
        throttle.pause(60)
        with pytest.raises(ThrottledError) as caught:
            throttle.acquire()
        assert caught.value.retry_after == pytest.approx(60)
        assert clock.now == start

    def test_it_holds_back_a_thread_that_waits_already(self):
        throttle = Throttle(20)
        for _ in range(3):
            throttle.acquire()
        start = time.monotonic()
        waiting = threading.Thread(target=throttle.acquire)
        waiting.start()
        throttle.pause(0.15)
        waiting.join()
        assert time.monotonic() - start >= 0.15
