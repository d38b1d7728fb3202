"""What is read out of the API's JSON, whichever of its shapes it comes in."""

from datetime import UTC, datetime

import pytest
from usercom import STANDARD_ATTRIBUTES, Attribute, User, derive_name_std
from usercom.records import received_values

V1 = {
    "id": 7,
    "key": "g3FaYocCy0U6",
    "user_id": "odoo-1",
    "email": "jane@example.com",
    "name": "Jane Doe",
    "phone_number": None,
    "unsubscribed": False,
    "updated_at": "2017-06-07T10:29:15.955873Z",
    "tags": [{"name": "tag", "id": 1441}],
    "lists": [],
    "companies": [{"id": 14}],
    "chat_id": "deprecated",
    "attributes": [{"id": 1, "name": "Email Consent", "name_std": "email_consent", "value": True}],
}
V2_FLAT = {
    **{key: value for key, value in V1.items() if key not in ("key", "user_id", "attributes")},
    "user_key": "g3FaYocCy0U6",
    "custom_id": "odoo-1",
    "email_consent": True,
}


class TestUser:
    @pytest.mark.parametrize("data", [V1, V2_FLAT, {**V2_FLAT, "attributes": V1["attributes"]}])
    def test_all_shapes_say_the_same(self, data):
        user = User.from_json(data)
        assert (user.id, user.custom_id, user.email) == (7, "odoo-1", "jane@example.com")
        assert user.phone_number is None
        assert user.updated_at == datetime(2017, 6, 7, 10, 29, 15, 955873, tzinfo=UTC)
        assert user.values["email_consent"] is True
        assert user.values["user_key"] == "g3FaYocCy0U6"
        assert user.values["unsubscribed"] is False

    def test_what_is_no_attribute_is_left_out(self):
        values = User.from_json(V1).values
        assert not values.keys() & {"tags", "lists", "companies", "attributes", "chat_id"}

    def test_what_is_not_told_is_absent(self):
        assert "first_name" not in User.from_json(V1).values

    def test_attributes_are_found_by_the_standard_form_of_either_name(self):
        item = {"name": "Verified Member", "name_std": "vm", "value": 1}
        values = User.from_json({"id": 1, "attributes": [item]}).values
        assert values == {"id": 1, "vm": 1, "verified_member": 1}

    def test_flat_names_with_spaces(self):
        assert User.from_json({"id": 1, "Verified Member": 2}).values["verified_member"] == 2

    def test_a_standard_attribute_prevails_over_one_of_its_name(self):
        nested = [{"name": "Email", "name_std": "email", "value": "other"}]
        assert User.from_json({"id": 1, "email": "a@b.c", "attributes": nested}).email == "a@b.c"

    @pytest.mark.parametrize("spelled", [str, lambda word: str(word).lower(), int, bool])
    def test_whether_e_mails_are_enabled_says_whether_somebody_is_unsubscribed(self, spelled):
        for enabled in (True, False):
            values = received_values({"id": 1, "emails_enabled": spelled(enabled)})
            assert values["unsubscribed"] is not enabled

    @pytest.mark.parametrize("odd", [None, "", "perhaps", [], {}])
    def test_what_is_no_answer_says_nothing(self, odd):
        assert "unsubscribed" not in received_values({"id": 1, "emails_enabled": odd})

    @pytest.mark.parametrize(
        ("enabled", "unsubscribed"), [(True, True), (False, True), (False, False)]
    )
    def test_where_both_are_told_the_no_wins(self, enabled, unsubscribed):
        received = {"id": 1, "emails_enabled": enabled, "unsubscribed": unsubscribed}
        assert received_values(received)["unsubscribed"] is True

    def test_custom_id_prevails_over_its_old_name(self):
        assert User.from_json({"id": 1, "custom_id": "a", "user_id": 5}).custom_id == "a"

    @pytest.mark.parametrize("email", ["", None])
    def test_empty_is_none(self, email):
        assert User.from_json({"id": 1, "email": email}).email is None

    @pytest.mark.parametrize("moment", [None, "", "soon", 5, "0001-01-01T00:00:00+14:00"])
    def test_an_unreadable_time_is_none(self, moment):
        assert User.from_json({"id": 1, "updated_at": moment}).updated_at is None

    @pytest.mark.parametrize("attributes", [None, {}, "x", [None, 5, {"value": 1}]])
    def test_odd_attributes_are_passed_over(self, attributes):
        assert User.from_json({"id": 1, "attributes": attributes}).values == {"id": 1}

    @pytest.mark.parametrize("data", [None, [], "x", {}, {"id": None}, {"id": "1"}, {"id": True}])
    def test_no_user(self, data):
        with pytest.raises(ValueError, match="no user"):
            User.from_json(data)

    def test_it_can_be_a_member_of_a_set(self):
        assert len({User.from_json(V1), User.from_json(V1)}) == 1

    def test_values_cannot_be_changed(self):
        with pytest.raises(TypeError):
            User.from_json(V1).values["email"] = "x"

    def test_its_repr_holds_no_values(self):
        assert "Jane Doe" not in repr(User.from_json(V1))


class TestAttribute:
    def test_as_documented(self):
        data = {
            "id": 46,
            "name": "API attribute",
            "name_std": "api_attribute",
            "value_type": "date",
        }
        expected = Attribute("API attribute", "api_attribute", "date")
        assert Attribute.from_json(data) == expected

    @pytest.mark.parametrize(
        "choices", [["S", "M"], [{"name": "S"}, {"value": "M"}], [{"name": "S", "id": 1}, "M"]]
    )
    def test_choices_in_every_shape(self, choices):
        data = {"name": "Size", "value_type": "fixed", "choices": choices}
        attribute = Attribute.from_json({**data, "allow_multiple_choices": True})
        assert attribute.choices == ("S", "M")
        assert attribute.multiple

    @pytest.mark.parametrize(
        ("number", "name"),
        [
            *enumerate(
                ("boolean", "integer", "date", "string", "datetime", "fixed", "float"), start=1
            )
        ],
    )
    def test_numeric_types(self, number, name):
        assert Attribute.from_json({"name": "A", "value_type": number}).value_type == name

    @pytest.mark.parametrize("value_type", [None, 99, {}, []])
    def test_an_odd_type_does_not_break_the_list(self, value_type):
        Attribute.from_json({"name": "A", "value_type": value_type})

    def test_it_may_be_written(self):
        assert not Attribute.from_json({"name": "A", "value_type": "string"}).read_only

    def test_the_standard_name_is_derived_where_it_is_not_told(self):
        assert Attribute.from_json({"name": "My Size"}).name_std == "my_size"

    @pytest.mark.parametrize("data", [None, [], {}, {"name": None}])
    def test_no_attribute(self, data):
        with pytest.raises(ValueError, match="no attribute"):
            Attribute.from_json(data)

    @pytest.mark.parametrize(("max_length", "limit"), [(None, 255), (40, 40)])
    def test_limit(self, max_length, limit):
        assert Attribute("A", "a", "string", max_length=max_length).limit == limit


class TestStandardAttributes:
    BY_NAME = {attribute.name_std: attribute for attribute in STANDARD_ATTRIBUTES}

    def test_names_are_distinct_and_all_marked(self):
        assert len(self.BY_NAME) == len(STANDARD_ATTRIBUTES)
        assert all(attribute.is_standard for attribute in STANDARD_ATTRIBUTES)

    @pytest.mark.parametrize(
        ("name", "limit"),
        [("first_name", 40), ("last_name", 40), ("city", 64), ("phone_number", 64), ("email", 255)],
    )
    def test_lengths(self, name, limit):
        assert self.BY_NAME[name].limit == limit

    @pytest.mark.parametrize(
        "name",
        [
            *("name", "created_at", "updated_at", "first_seen", "last_seen", "last_contacted"),
            *("page_views", "browser_language", "browser", "os_type", "resolution", "last_ip"),
            "web_push_subscription",
        ],
    )
    def test_read_only(self, name):
        assert self.BY_NAME[name].read_only

    @pytest.mark.parametrize("name", ["email", "unsubscribed", "linkedin_url", "assigned_to"])
    def test_writable(self, name):
        assert not self.BY_NAME[name].read_only

    def test_labels(self):
        assert self.BY_NAME["linkedin_url"].name == "Linkedin URL"


@pytest.mark.parametrize(
    ("name", "std"),
    [("Email consent", "email_consent"), (" A B ", "a_b"), ("companyOwner", "companyowner")],
)
def test_derive_name_std(name, std):
    assert derive_name_std(name) == std


@pytest.mark.parametrize(
    ("value_type", "received", "multiple"),
    [
        ("fixed", {}, None),
        (6, {"allow_multiple_choices": None}, None),
        ("fixed", {"allow_multiple_choices": False}, False),
        ("fixed", {"allow_multiple_choices": True}, True),
        ("string", {}, False),
    ],
)
def test_whether_several_choices_are_allowed_need_not_be_told(value_type, received, multiple):
    data = {"name": "Size", "value_type": value_type, "choices": ["S"], **received}
    assert Attribute.from_json(data).multiple is multiple


@pytest.mark.parametrize("choices", [5, "a,b", None, {"a": 1}, True])
def test_choices_that_are_no_list_are_not_told(choices):
    data = {"name": "Size", "value_type": "fixed", "choices": choices}
    assert Attribute.from_json(data).choices == ()
