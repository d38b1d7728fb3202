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


def test_odd_numbers_stay_as_they_are_written():
    value = strict_json.loads_with_odd_numbers('{"a": [NaN, -Infinity, 1e999, 0.5, "NaN"]}')
    assert value == {"a": ["NaN", "-Infinity", "1e999", 0.5, "NaN"]}
    assert [isinstance(each, strict_json.OddNumber) for each in value["a"]] == [
        *(True, True, True, False, False)
    ]


@pytest.mark.parametrize("text", ["{", "", b"\xff", "[" * 100_000])
def test_what_is_no_json_either_way(text):
    with pytest.raises(ValueError):
        strict_json.loads_with_odd_numbers(text)
