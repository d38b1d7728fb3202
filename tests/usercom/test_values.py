"""Values between Odoo, the canonical form and User.com's JSON."""

import math
from datetime import date, datetime, timedelta, timezone

import pytest
from usercom import (
    TYPE_TABLE,
    Attribute,
    ConversionError,
    Reason,
    canonical,
    export_value,
    import_value,
)

from .common import GENDER, SIZE, SIZES, STANDARD, TYPES


def reason_of(convert, *arguments):
    with pytest.raises(ConversionError) as caught:
        convert(*arguments)
    return caught.value.reason


class TestCanonical:
    @pytest.mark.parametrize("value_type", TYPES)
    @pytest.mark.parametrize("raw", [None, "", "  "])
    def test_empty_is_none(self, value_type, raw):
        assert canonical(raw, TYPES[value_type]) is None

    @pytest.mark.parametrize(
        ("raw", "value"),
        [(True, True), ("True", True), ("true", True), (" 1 ", True), (1, True), ("yes", True)]
        + [(False, False), ("False", False), ("false", False), (0, False), ("no", False)],
    )
    def test_booleans_by_what_they_say(self, raw, value):
        assert canonical(raw, TYPES["boolean"]) is value

    @pytest.mark.parametrize("raw", ["maybe", 2, [True], {}, "None"])
    def test_no_boolean(self, raw):
        assert reason_of(canonical, raw, TYPES["boolean"]) is Reason.NOT_A_BOOLEAN

    @pytest.mark.parametrize(
        ("raw", "value"), [(" Jane ", "Jane"), (5, "5"), (1.5, "1.5"), ("a\nb", "a\nb"), ("0", "0")]
    )
    def test_strings(self, raw, value):
        assert canonical(raw, TYPES["string"]) == value

    @pytest.mark.parametrize("raw", [[], {}, ["a"], "a\0b", "\ud800"])
    def test_no_string_a_database_can_hold(self, raw):
        assert reason_of(canonical, raw, TYPES["string"]) is Reason.NOT_TEXT

    @pytest.mark.parametrize(
        ("raw", "value"),
        [(5, 5), (" 5 ", 5), ("-5", -5), (5.0, 5), ("5.0", 5), ("+07", 7), (10**30, 10**30)],
    )
    def test_integers(self, raw, value):
        result = canonical(raw, TYPES["integer"])
        assert result == value
        assert type(result) is int

    @pytest.mark.parametrize(
        "raw", [5.5, "5.5", "five", True, [], "1_000", "٥", "nan", "0x1", "1e", "--1"]
    )
    def test_no_integer(self, raw):
        assert reason_of(canonical, raw, TYPES["integer"]) is Reason.NOT_A_NUMBER

    @pytest.mark.parametrize(
        ("raw", "value"), [(1, 1.0), (" 1.5 ", 1.5), (".5", 0.5), ("-1e3", -1000.0), ("5.", 5.0)]
    )
    def test_floats(self, raw, value):
        result = canonical(raw, TYPES["float"])
        assert result == value
        assert type(result) is float

    @pytest.mark.parametrize("raw", ["1,5", "nan", "inf", False, [1.5], "1_0"])
    def test_no_float(self, raw):
        assert reason_of(canonical, raw, TYPES["float"]) is Reason.NOT_A_NUMBER

    @pytest.mark.parametrize(
        ("raw", "value_type"),
        [
            *((raw, "float") for raw in (math.inf, math.nan, "1e999", "9" * 5000, 10**400)),
            *((raw, "integer") for raw in (math.inf, math.nan, "1e999", "9" * 5000)),
        ],
    )
    def test_numbers_beyond_all_bounds(self, raw, value_type):
        assert reason_of(canonical, raw, TYPES[value_type]) is Reason.OUT_OF_RANGE

    @pytest.mark.parametrize(
        ("raw", "value"),
        [
            ("2021-02-01", "2021-02-01"),
            ("1000-01-01", "1000-01-01"),
            ("2021-02-01T23:30:00-02:00", "2021-02-01"),
            ("2021-02-01T07:27:44.469241Z", "2021-02-01"),
        ],
    )
    def test_dates(self, raw, value):
        assert canonical(raw, TYPES["date"]) == value

    @pytest.mark.parametrize(
        ("raw", "value"),
        [
            ("2021-02-01T07:27:44.469241+00:00", "2021-02-01T07:27:44Z"),
            ("2021-02-01T07:27:44Z", "2021-02-01T07:27:44Z"),
            ("2021-02-01T07:27:44+02:00", "2021-02-01T05:27:44Z"),
            ("2021-02-01 07:27:44", "2021-02-01T07:27:44Z"),
            ("2021-02-01", "2021-02-01T00:00:00Z"),
        ],
    )
    def test_datetimes(self, raw, value):
        assert canonical(raw, TYPES["datetime"]) == value

    @pytest.mark.parametrize("raw", ["2021-02-30", "soon", 5, True, [], "2021-13-01", "2021-1-1"])
    @pytest.mark.parametrize("value_type", ["date", "datetime"])
    def test_impossible_dates(self, raw, value_type):
        assert reason_of(canonical, raw, TYPES[value_type]) is Reason.NOT_A_DATE

    @pytest.mark.parametrize(
        "raw",
        ["0001-01-01", "0999-12-31", "0001-01-01T00:00:00+14:00"],
    )
    @pytest.mark.parametrize("value_type", ["date", "datetime"])
    def test_dates_beyond_what_odoo_writes(self, raw, value_type):
        assert reason_of(canonical, raw, TYPES[value_type]) is Reason.OUT_OF_RANGE

    def test_a_moment_after_the_last_one(self):
        received = "9999-12-31T23:00:00-02:00"
        assert reason_of(canonical, received, TYPES["datetime"]) is Reason.OUT_OF_RANGE

    @pytest.mark.parametrize("offset", ["", "Z", "+02:00", "-11:00", "+14:00"])
    def test_a_day_told_with_a_time_is_the_day_that_is_written(self, offset):
        assert canonical(f"1990-06-15T00:00:00{offset}", TYPES["date"]) == "1990-06-15"

    @pytest.mark.parametrize(
        ("raw", "value"),
        [
            ({"a": [1, None]}, {"a": [1, None]}),
            ('{"a": 1}', {"a": 1}),
            ("hello", "hello"),
            ('"5"', '"5"'),
            ("5", "5"),
            ("{", "{"),
            ([], []),
            (0, 0),
            ((1, 2), [1, 2]),
        ],
    )
    def test_json(self, raw, value):
        assert canonical(raw, TYPES["json"]) == value

    @pytest.mark.parametrize(
        "raw", [{"a": math.nan}, {"a": date(2021, 2, 1)}, [math.inf], {1}, 1e999]
    )
    def test_no_json(self, raw):
        assert reason_of(canonical, raw, TYPES["json"]) is Reason.INVALID_JSON

    @pytest.mark.parametrize(
        ("raw", "value"),
        [(["M"], "M"), ("M", "M"), ([], None), (["M", "M"], "M"), (["XL"], "XL"), ([None], None)],
    )
    def test_one_choice(self, raw, value):
        assert canonical(raw, SIZE) == value

    def test_one_choice_of_several_attributes(self):
        assert reason_of(canonical, ["S", "M"], SIZE) is Reason.TOO_MANY_CHOICES

    @pytest.mark.parametrize(
        ("raw", "value"),
        [
            (["L", "S"], ["S", "L"]),
            ("M", ["M"]),
            ("L, S", ["S", "L"]),
            ([], None),
            (["XL", "S", "S"], ["S", "XL"]),
        ],
    )
    def test_several_choices_in_their_own_order(self, raw, value):
        assert canonical(raw, SIZES) == value

    @pytest.mark.parametrize("raw", [{}, [["M"]], [{}]])
    def test_no_choice(self, raw):
        assert reason_of(canonical, raw, SIZE) is Reason.NOT_TEXT

    @pytest.mark.parametrize(
        ("raw", "value"), [("female", "female"), ("Male", "male"), (2, "male"), ("3", "female")]
    )
    def test_gender_by_word_or_number(self, raw, value):
        assert canonical(raw, GENDER) == value

    @pytest.mark.parametrize("raw", ["unknown", 1, "1", None, ""])
    def test_an_unknown_gender_is_none(self, raw):
        assert canonical(raw, GENDER) is None

    def test_a_choice_may_hold_a_comma(self):
        attribute = Attribute("A", "a", "fixed", choices=("S, M", "L"), multiple=True)
        assert canonical("S, M", attribute) == ["S, M"]

    @pytest.mark.parametrize(
        ("raw", "value"), [(["S"], "S"), (["S", "M"], ["M", "S"]), ("S, M", "S, M"), ([], None)]
    )
    def test_choices_that_are_not_told_may_be_one_or_several(self, raw, value):
        assert canonical(raw, TYPES["fixed"]) == value

    def test_a_custom_choice_may_be_called_unknown(self):
        assert canonical(["unknown"], SIZE) == "unknown"


class TestExport:
    @pytest.mark.parametrize(
        ("field_type", "value_type"),
        [(field, value) for value, fields in TYPE_TABLE.items() for field in fields],
    )
    @pytest.mark.parametrize("value", [None, False])
    def test_unset_is_none(self, field_type, value_type, value):
        expected = False if value is False and field_type == "boolean" else None
        assert export_value(value, field_type, TYPES[value_type]) is expected

    @pytest.mark.parametrize(
        ("value", "field_type", "value_type", "expected"),
        [
            (True, "boolean", "boolean", True),
            ("Jane ", "char", "string", "Jane"),
            ("", "char", "string", None),
            ("a\nb", "text", "string", "a\nb"),
            ("draft", "selection", "string", "draft"),
            ("PL", "many2one", "string", "PL"),
            (0, "integer", "string", "0"),
            (0, "integer", "integer", 0),
            (0.0, "float", "float", 0.0),
            (5, "integer", "float", 5.0),
            (1.5, "monetary", "float", 1.5),
            (1.5, "monetary", "string", "1.5"),
            (date(2021, 2, 1), "date", "date", "2021-02-01"),
            (date(2021, 2, 1), "date", "datetime", "2021-02-01T00:00:00Z"),
            (date(2021, 2, 1), "date", "string", "2021-02-01"),
            (datetime(2021, 2, 1, 7, 27, 44), "datetime", "datetime", "2021-02-01T07:27:44Z"),
            (datetime(2021, 2, 1, 23, 0), "datetime", "date", "2021-02-01"),
            (datetime(2021, 2, 1, 7, 27, 44), "datetime", "string", "2021-02-01T07:27:44Z"),
            (["A", "B"], "many2many", "string", "A, B"),
            ([], "many2many", "string", None),
            ("<p>Hi</p>", "html", "string", "Hi"),
            ({"a": 1}, "json", "json", {"a": 1}),
        ],
    )
    def test_every_pair(self, value, field_type, value_type, expected):
        result = export_value(value, field_type, TYPES[value_type])
        assert result == expected
        assert type(result) is type(expected)

    def test_an_aware_time_is_turned_into_utc(self):
        moment = datetime(2021, 2, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
        assert export_value(moment, "datetime", TYPES["date"]) == "2021-01-31"

    @pytest.mark.parametrize(
        ("value", "field_type", "attribute", "expected"),
        [
            ("M", "selection", SIZE, "M"),
            ("M", "many2one", SIZE, "M"),
            (["L", "S"], "many2many", SIZES, ["S", "L"]),
            ([], "many2many", SIZES, None),
            ("M", "selection", SIZES, ["M"]),
            (["M"], "many2many", SIZE, "M"),
            ("anything", "selection", TYPES["fixed"], "anything"),
            ("female", "selection", GENDER, "female"),
            ("unknown", "selection", GENDER, None),
        ],
    )
    def test_choices(self, value, field_type, attribute, expected):
        assert export_value(value, field_type, attribute) == expected

    @pytest.mark.parametrize(
        ("value", "field_type", "attribute"),
        [("XL", "selection", SIZE), (["S", "XL"], "many2many", SIZES), ("m", "selection", SIZE)],
    )
    def test_an_unknown_choice_names_the_known_ones(self, value, field_type, attribute):
        with pytest.raises(ConversionError) as caught:
            export_value(value, field_type, attribute)
        assert caught.value.reason is Reason.UNKNOWN_CHOICE
        assert caught.value.detail == {"choices": ["S", "M", "L"]}

    def test_several_choices_where_one_is_allowed(self):
        assert reason_of(export_value, ["S", "M"], "many2many", SIZE) is Reason.TOO_MANY_CHOICES

    @pytest.mark.parametrize(
        ("attribute", "limit"), [(STANDARD["first_name"], 40), (TYPES["string"], 255)]
    )
    def test_over_long_strings(self, attribute, limit):
        assert export_value("ż" * limit, "char", attribute) == "ż" * limit
        with pytest.raises(ConversionError) as caught:
            export_value("ż" * (limit + 1), "char", attribute)
        assert caught.value.reason is Reason.TOO_LONG
        assert caught.value.detail == {"limit": limit}

    def test_json_has_no_such_limit(self):
        assert export_value("x" * 1000, "json", TYPES["json"]) == "x" * 1000

    def test_html_as_a_reader_sees_it(self):
        html = (
            "<style>p{}</style><p>Dear&nbsp;<b>Jane</b>,</p>\n<ul><li>1 &lt; 2</li><li>b<br/>c</li>"
        )
        assert export_value(html, "html", TYPES["string"]) == "Dear Jane,\n1 < 2\nb\nc"

    @pytest.mark.parametrize(
        "html", ["<head><title>x</title>y</head>z", "</style>z", "<style>x</style>z", "<style/>z"]
    )
    def test_html_shows_what_is_outside_of_its_hidden_parts(self, html):
        assert export_value(html, "html", TYPES["string"]) == "z"

    @pytest.mark.parametrize("html", ["<p><br></p>", "<script>x</script>", "<p>", " "])
    def test_html_that_shows_nothing_is_none(self, html):
        assert export_value(html, "html", TYPES["string"]) is None


class TestImport:
    @pytest.mark.parametrize(
        ("value", "field_type", "expected"),
        [
            (True, "boolean", True),
            ("Jane", "char", "Jane"),
            ("2021-02-01", "date", date(2021, 2, 1)),
            ("2021-02-01T07:27:44Z", "datetime", datetime(2021, 2, 1, 7, 27, 44)),
            (0, "integer", 0),
            (1.5, "monetary", 1.5),
            ("M", "selection", "M"),
            (["S", "M"], "many2many", ["S", "M"]),
            ("M", "many2many", ["M"]),
            ({"a": 1}, "json", {"a": 1}),
        ],
    )
    def test_values(self, value, field_type, expected):
        assert import_value(value, field_type) == expected

    @pytest.mark.parametrize("field_type", ["char", "boolean", "integer", "date", "datetime"])
    def test_none_is_odoos_unset(self, field_type):
        assert import_value(None, field_type) is False

    def test_none_is_no_records(self):
        assert import_value(None, "many2many") == []

    @pytest.mark.parametrize("value", [2**31, -(2**31) - 1])
    def test_what_an_integer_column_cannot_hold(self, value):
        assert reason_of(import_value, value, "integer") is Reason.OUT_OF_RANGE

    @pytest.mark.parametrize("value", [2**31 - 1, -(2**31)])
    def test_what_it_just_holds(self, value):
        assert import_value(value, "integer") == value
