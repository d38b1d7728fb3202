"""Attributes, their values, and what happens to values that do not fit."""

import pytest

GOOD = {
    "boolean": True,
    "date": "2024-05-01",
    "datetime": "2024-05-01T10:00:00.000000Z",
    "float": 1.5,
    "integer": 3,
    "json": {"a": [1]},
    "string": "text",
}


@pytest.mark.parametrize(("value_type", "value"), GOOD.items())
def test_each_type_takes_and_gives_its_values(simulator, api, value_type, value):
    simulator.attribute("My value", value_type)
    assert api.create(my_value=value)["my_value"] == value


def test_a_type_of_the_future_holds_any_json(simulator, api):
    future = {"content_type": "clientuser", "name": "Place", "value_type": "location"}
    assert api("POST", "/attributes/", future).status_code == 400
    simulator.settings(future_type="location")
    assert api.get(f"/attributes/{simulator.attribute('Place', 'location')['id']}/") == {
        **future,
        "id": 1,
        "name_std": "place",
    }
    assert api.create(place={"lat": 52.2})["place"] == {"lat": 52.2}


def test_a_fixed_value_comes_back_as_an_array_or_a_string(simulator, api):
    simulator.attribute("Size", "fixed", ["S", "M"])
    assert api.create(size="M")["size"] == ["M"]
    simulator.settings(fixed_read="string")
    assert api.get("/users/1/")["size"] == "M"


def test_several_choices_only_where_allowed(simulator, api):
    simulator.attribute("Size", "fixed", ["S", "M"])
    simulator.attribute("Sizes", "fixed", ["S", "M"], allow_multiple_choices=True)
    assert api.create(sizes=["S", "M"])["sizes"] == ["S", "M"]
    assert api("POST", "/users/", {"size": ["S", "M"]}).status_code == 400
    assert api("POST", "/users/", {"size": "XL"}).status_code == 400


def test_attributes_are_created_read_and_deleted(simulator, api, api_v1):
    body = {"content_type": "clientuser", "name": "API string attribute", "value_type": "string"}
    answer = api("POST", "/attributes/", body)
    made = {**body, "id": 1, "name_std": "api_string_attribute"}
    assert (answer.status_code, answer.json()) == (201, made)
    assert api.get("/attributes/1/") == api.get("/attributes/")["results"][0] == made
    assert api_v1.get("/attributes/1/")["content_type"] == "user"
    types = "/attribute-type/api_string_attribute/users/"
    assert api.get(types) == {"value_type": "string"}
    assert api("DELETE", "/attributes/1/").status_code == 204
    assert api("GET", "/attributes/1/").status_code == api("GET", types).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 33}, "name"),
        ({"name": "Email"}, "name"),
        ({"value_type": "text"}, "value_type"),
        ({"content_type": "user"}, "content_type"),
        ({"value_type": "fixed"}, "choices"),
        ({"value_type": "fixed", "choices": [1]}, "choices"),
    ],
)
def test_a_bad_definition_is_refused_naming_the_field(api, change, field):
    body = {"content_type": "clientuser", "name": "x" * 32, "value_type": "string"}
    assert list(api("POST", "/attributes/", body | change).json()["errors"]) == [field]
    assert api("POST", "/attributes/", body).status_code == 201
    assert api("POST", "/attributes/", body).status_code == 400
    assert api("POST", "/attributes/", body | {"name": "x"}).status_code == 201


@pytest.mark.parametrize(
    ("switch", "shown"),
    [("strings", ["S"]), ("objects", [{"id": 1, "name": "S"}]), ("absent", None)],
)
def test_how_choices_are_read_is_a_switch(simulator, api, switch, shown):
    simulator.settings(choices_read=switch)
    simulator.attribute("Size", "fixed", ["S"])
    assert api.get("/attributes/1/").get("choices") == shown


@pytest.mark.parametrize(("switch", "std", "name"), [("both", 1, 1), ("std", 1, 0), ("name", 0, 1)])
def test_attributes_are_known_by_name_and_std_name(simulator, api, switch, std, name):
    simulator.settings(attribute_keys=switch)
    simulator.attribute("My number", "integer")
    assert (api.create(my_number=1)["my_number"] == 1) == std
    assert (api.create(**{"My number": 1})["my_number"] == 1) == name


@pytest.mark.parametrize(
    ("shape", "flat", "listed"),
    [("flat", True, False), ("list", False, True), ("both", True, True)],
)
def test_where_v2_shows_custom_attributes_is_a_switch(simulator, api, shape, flat, listed):
    simulator.settings(attributes_shape=shape)
    simulator.attribute("Email consent", "boolean")
    user = api.create(email_consent=True)
    item = {"id": 1, "name": "Email consent", "name_std": "email_consent", "value": True}
    assert user.get("email_consent") == (True if flat else None)
    assert user.get("attributes") == ([item] if listed else None)


def test_v1_lists_attributes_with_numeric_types_where_asked(simulator, api_v1):
    simulator.attribute("Email consent", "boolean")
    user = api_v1.create(email_consent=True)
    assert [item["value"] for item in user["attributes"]] == [True]
    assert "value_type" not in user["attributes"][0]
    simulator.settings(numeric_value_types=True)
    assert api_v1.get("/users/1/")["attributes"][0]["value_type"] == 1


def test_unset_attributes_are_null_or_absent(simulator, api):
    simulator.attribute("Note")
    assert api.create()["note"] is None
    simulator.settings(unset_attributes="absent")
    assert "note" not in api.get("/users/1/")


@pytest.mark.parametrize(
    ("switch", "names"),
    [("user_key", {"user_key"}), ("key", {"key"}), ("both", {"user_key", "key"})],
)
def test_the_name_of_the_key_in_v2_is_a_switch(simulator, api, switch, names):
    simulator.settings(v2_key_name=switch)
    assert api.create().keys() & {"user_key", "key"} == names


def test_v2_may_show_only_the_fields_of_the_sample(simulator, api):
    simulator.settings(v2_fields="sample")
    assert "city" not in api.create(city="Graz")


@pytest.mark.parametrize(
    ("name", "number", "text"), [("status", 2, "user"), ("gender", 3, "female")]
)
def test_status_and_gender_are_written_as_numbers_and_read_as_texts(
    simulator, api, name, number, text
):
    assert api.create(**{name: number})[name] == text
    assert api("POST", "/users/", {name: 9}).status_code == 400
    assert api("POST", "/users/", {name: text}).status_code == 400
    simulator.settings(enum_strings=True)
    assert api.create(**{name: text})[name] == text


@pytest.mark.parametrize(
    ("switch", "status", "known"), [("reject", 400, 0), ("drop", 201, 0), ("create", 201, 1)]
)
def test_an_unknown_attribute_is_a_switch(simulator, api, switch, status, known):
    simulator.settings(unknown_attribute=switch)
    answer = api("POST", "/users/", {"Fresh one": True})
    assert answer.status_code == status
    assert api.get("/attributes/")["count"] == known
    if known:
        assert answer.json()["fresh_one"] is True
        assert api.get("/attributes/1/")["value_type"] == "boolean"


@pytest.mark.parametrize(
    ("switch", "status", "stored"), [("reject", 400, None), ("drop", 201, None)]
)
@pytest.mark.parametrize(
    ("value_type", "value"),
    [
        ("boolean", "true"),
        ("integer", "5"),
        ("integer", True),
        ("float", "1.5"),
        ("string", 5),
        ("date", "2024-05-01T10:00:00Z"),
        ("date", "2024-13-01"),
        ("datetime", "tomorrow"),
    ],
)
def test_a_wrong_type_is_refused_or_dropped(
    simulator, api, value_type, value, switch, status, stored
):
    simulator.settings(wrong_type=switch)
    simulator.attribute("My value", value_type)
    answer = api("POST", "/users/", {"my_value": value, "city": "Graz"})
    assert answer.status_code == status
    assert answer.json().get("my_value") is stored


@pytest.mark.parametrize(
    ("value_type", "value", "stored"),
    [
        ("boolean", "true", True),
        ("integer", "5", 5),
        ("float", "1.5", 1.5),
        ("string", 5, "5"),
        ("date", "2024-05-01T10:00:00Z", "2024-05-01"),
        ("datetime", "2024-05-01", "2024-05-01T00:00:00.000000Z"),
        ("integer", "five", None),
    ],
)
def test_a_wrong_type_can_be_coerced(simulator, api, value_type, value, stored):
    simulator.settings(wrong_type="coerce")
    simulator.attribute("My value", value_type)
    assert api.create(my_value=value)["my_value"] == stored


@pytest.mark.parametrize(
    ("switch", "status", "stored"),
    [("reject", 400, None), ("truncate", 201, "x" * 40), ("drop", 201, None)],
)
def test_an_over_long_value_is_a_switch(simulator, api, switch, status, stored):
    simulator.settings(too_long=switch)
    answer = api("POST", "/users/", {"first_name": "x" * 41})
    assert (answer.status_code, answer.json().get("name")) == (status, stored)
    assert api.create(first_name="x" * 40)["name"] == "x" * 40


def test_a_custom_string_has_255_characters(simulator, api):
    simulator.attribute("Note")
    assert api.create(note="x" * 255)["note"] == "x" * 255
    assert api("POST", "/users/", {"note": "x" * 256}).status_code == 400


@pytest.mark.parametrize(("switch", "status"), [("reject", 400), ("accept", 201), ("drop", 201)])
@pytest.mark.parametrize(("name", "value"), [("email", "no email"), ("phone_number", "call me")])
def test_an_invalid_email_or_phone_is_a_switch(simulator, api, name, value, switch, status):
    simulator.settings(invalid_email=switch, invalid_phone=switch)
    answer = api("POST", "/users/", {name: value})
    assert answer.status_code == status
    assert answer.json().get(name) == (value if switch == "accept" else None)


@pytest.mark.parametrize(("switch", "left"), [("clear", None), ("ignore", "Graz")])
def test_null_clears_or_is_ignored(simulator, api, switch, left):
    simulator.settings(null_value=switch)
    api.create(city="Graz")
    assert api("PUT", "/users/1/", {"city": None}).json()["city"] == left


@pytest.mark.parametrize(("switch", "left"), [("clear", None), ("ignore", "Graz"), ("store", "")])
def test_an_empty_string_clears_is_ignored_or_stored(simulator, api, switch, left):
    simulator.settings(empty_string=switch)
    api.create(city="Graz")
    assert api("PUT", "/users/1/", {"city": ""}).json()["city"] == left


def test_an_empty_string_that_is_stored_fits_only_texts(simulator, api):
    simulator.settings(empty_string="store")
    assert api("POST", "/users/", {"score": ""}).status_code == 400


def test_unset_standard_values_have_their_defaults(api):
    api.create(unsubscribed=True, score=5)
    user = api("PUT", "/users/1/", {"unsubscribed": None, "score": None}).json()
    assert (user["unsubscribed"], user["score"], user["notifications"]) == (False, 0, True)


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("errors", {"errors": {"email": ["Enter a valid email address."]}}),
        ("fields", {"email": ["Enter a valid email address."]}),
        ("detail", {"detail": "email: Enter a valid email address."}),
    ],
)
def test_a_400_has_one_of_three_shapes(simulator, api, shape, body):
    simulator.settings(error_shape=shape)
    answer = api("POST", "/users/", {"email": "no email"})
    assert (answer.status_code, answer.json()) == (400, body)


@pytest.mark.parametrize(("shape", "text"), [("html", "<h1>Not found.</h1>"), ("empty", "")])
def test_any_4xx_can_have_a_body_that_is_no_json(simulator, api, shape, text):
    simulator.settings(error_shape=shape)
    answer = api("GET", "/users/7/")
    assert (answer.status_code, answer.text) == (404, text)
    assert api("POST", "/users/", {"email": "none"}).status_code == 400


def test_a_definition_may_not_tell_whether_it_allows_several_choices(simulator, api):
    simulator.settings(multiple_read="absent")
    simulator.attribute("Sizes", "fixed", ["S", "M"], allow_multiple_choices=True)
    [definition] = api.get("/attributes/")["results"]
    assert definition["choices"] == ["S", "M"]
    assert "allow_multiple_choices" not in definition
