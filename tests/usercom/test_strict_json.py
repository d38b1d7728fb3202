"""JSON without what only Python takes for JSON."""

import math

import pytest
from usercom import strict_json


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", "-Infinity", "{", "", b"\xff", "[" * 100_000]
)
def test_what_is_no_json(text):
    with pytest.raises(ValueError):
        strict_json.loads(text)


def nested():
    value = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize("value", [math.nan, [math.inf], {1}, {"a": object()}, nested()], ids=type)
def test_what_json_cannot_hold(value):
    with pytest.raises(ValueError):
        strict_json.dumps(value)


def test_there_and_back():
    value = {"a": [1, 1.5, None, True, "ż"]}
    assert strict_json.loads(strict_json.dumps(value)) == value
