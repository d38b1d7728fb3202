"""What a log keeps of long values."""

from usercom.texts import excerpt, readable


def test_short_values_stay_as_they_are() -> None:
    assert excerpt({"city": "Łódź", "score": 3, "tags": ["a"]}) == {
        "city": "Łódź",
        "score": 3,
        "tags": ["a"],
    }


def test_nothing_is_nothing() -> None:
    assert excerpt(None) is None and excerpt({}) is None
    assert readable(None) == ""


def test_a_long_value_is_cut_and_the_short_ones_stay() -> None:
    short = excerpt({"city": "Łódź", "essay": "x" * 100_000})
    assert short is not None and short["city"] == "Łódź"
    assert 100 < len(short["essay"]) < 250 and short["essay"].endswith("…")


def test_many_values_are_cut_altogether() -> None:
    short = excerpt({f"value{n}": "x" * 100 for n in range(1000)})
    assert short is not None and len(str(short)) < 2_500 and "…" in short


def test_readable_is_indented_sorted_and_cut() -> None:
    assert readable({"b": "ł", "a": 1}) == '{\n  "a": 1,\n  "b": "ł"\n}'
    assert len(readable({"a": "x" * 10_000})) < 2_100


def test_what_no_database_keeps_is_replaced() -> None:
    assert excerpt({"a\0": ["b\0", {"c": "\ud800"}]}) == {"a\ufffd": ["b\ufffd", {"c": "\ufffd"}]}
