"""User.com's clock may differ from ours, and ours may jump."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from usercom.throttle import RemoteClock

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Ours:
    """A clock that is set by hand."""

    now = NOON

    def __call__(self):
        return self.now.timestamp()


def answered(clock, moment):
    clock.observe(format_datetime(moment, usegmt=True))


def test_before_the_first_answer_it_is_our_own():
    assert RemoteClock(Ours()).now() == NOON.replace(tzinfo=None)


@pytest.mark.parametrize("minutes", [-15, 0, 15])
def test_an_answer_tells_how_far_it_is_ahead(minutes):
    clock = RemoteClock(Ours())
    answered(clock, NOON + timedelta(minutes=minutes))
    assert abs(clock.offset - 60 * minutes) <= 1


def test_what_an_answer_took_makes_little_of_a_difference():
    clock = RemoteClock(Ours())
    answered(clock, NOON)
    answered(clock, NOON - timedelta(seconds=4))
    assert abs(clock.offset) < 1.5


def test_once_our_clock_is_set_anew_the_next_answer_tells():
    ours = Ours()
    clock = RemoteClock(ours)
    answered(clock, NOON)
    ours.now = NOON + timedelta(hours=2)
    answered(clock, NOON)
    assert abs(clock.now() - NOON.replace(tzinfo=None)) <= timedelta(seconds=1)


@pytest.mark.parametrize("text", [None, "", "today", "Wed, 99 Nov 2026 12:00:00 GMT"])
def test_any_other_text_says_nothing(text):
    clock = RemoteClock(Ours())
    clock.observe(text)
    assert clock.offset is None
