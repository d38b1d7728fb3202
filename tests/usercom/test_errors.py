"""What an error says and carries."""

import pytest
from usercom import (
    AmbiguousUserError,
    ConversionError,
    CredentialsError,
    Reason,
    RetryableError,
    errors,
)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words(reason):
    error = ConversionError("x", reason, limit=40, choices=["S", "M"])
    assert str(error).startswith("'x' ")
    assert "{" not in str(error)
    assert (error.value, error.reason) == ("x", reason)
    assert error.detail == {"limit": 40, "choices": ["S", "M"]}


def test_a_long_value_is_shown_in_part():
    error = ConversionError("x" * 1000, Reason.TOO_LONG, limit=40)
    assert len(str(error)) < 130
    assert error.value == "x" * 1000


def test_several_users_are_named():
    error = AmbiguousUserError([3, 5])
    assert error.ids == (3, 5)
    assert "3, 5" in str(error)


def test_what_may_be_tried_again():
    retryable = {errors.UnreachableError, errors.ServerError, errors.ThrottledError}
    assert set(RetryableError.__subclasses__()) == retryable


def test_what_pauses_an_account():
    closed = {errors.InvalidKeyError, errors.ForbiddenError, errors.PaymentError}
    assert set(CredentialsError.__subclasses__()) == closed
