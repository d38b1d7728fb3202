"""Whatever the value: what is sent reads back as itself, and anything is read or refused."""

import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st
from usercom import ConversionError, canonical, export_value, import_value, wire

from .common import TYPES

TEXT = st.text("aZ09 ł,\n\t'\"{}", max_size=50)
MOMENTS = st.datetimes(min_value=datetime(1000, 1, 1)).map(lambda m: m.replace(microsecond=0))
JSON = st.recursive(
    st.none()
    | st.text('a1"{}[]', max_size=6)
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=5,
)
ODOO_VALUES = {
    ("boolean", "boolean"): st.booleans(),
    ("char", "string"): TEXT,
    ("integer", "integer"): st.integers(-(2**31), 2**31 - 1),
    ("float", "float"): st.floats(allow_nan=False, allow_infinity=False),
    ("date", "date"): st.dates(min_value=date(1000, 1, 1)),
    ("datetime", "datetime"): MOMENTS,
    ("selection", "fixed"): st.sampled_from(["a", "b"]),
    ("json", "json"): JSON,
}
PAIRS = st.sampled_from(sorted(ODOO_VALUES)).flatmap(
    lambda pair: st.tuples(st.just(pair), ODOO_VALUES[pair])
)


class TestAlways:
    @given(PAIRS)
    def test_what_is_sent_reads_back_as_itself(self, case):
        """Or each exchange would look like a change made on the other side."""
        (field_type, value_type), value = case
        attribute = TYPES[value_type]
        exported = export_value(value, field_type, attribute)
        answered = json.loads(json.dumps(wire(exported, attribute)))
        assert canonical(answered, attribute) == exported

    @given(PAIRS)
    def test_what_is_imported_exports_as_itself(self, case):
        (field_type, value_type), value = case
        exported = export_value(value, field_type, TYPES[value_type])
        imported = import_value(exported, field_type)
        assert export_value(imported, field_type, TYPES[value_type]) == exported

    @given(st.sampled_from(sorted(TYPES)), TEXT | JSON | st.floats() | st.lists(TEXT))
    def test_anything_is_read_or_refused(self, value_type, raw):
        try:
            value = canonical(raw, TYPES[value_type])
        except ConversionError:
            return
        assert json.loads(json.dumps(value, allow_nan=False)) == value
        assert canonical(value, TYPES[value_type]) == value

    @given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)))
    def test_all_spellings_of_a_moment_are_one(self, moment):
        spellings = {moment.isoformat(), moment.isoformat().replace("+00:00", "Z")}
        assert len({canonical(spelling, TYPES["datetime"]) for spelling in spellings}) == 1
