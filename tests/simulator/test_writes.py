"""Creating, changing, merging and deleting users."""

import pytest


def test_create_answers_with_the_whole_user(simulator, api):
    answer = api("POST", "/users/", {"email": "a@x.yz", "first_name": "Ann", "last_name": "Li"})
    user = answer.json()
    assert answer.status_code == 201
    assert (user["email"], user["name"]) == ("a@x.yz", "Ann Li")
    assert user["updated_at"].endswith("Z")
    assert "first_name" not in user
    simulator.settings(create_status=200, names_returned=True)
    again = api("POST", "/users/", {"first_name": "Ann"})
    assert (again.status_code, again.json()["first_name"]) == (200, "Ann")


def test_v1_create_may_require_names(simulator, api, api_v1):
    simulator.settings(create_requires_names=True)
    refused = api_v1("POST", "/users/", {"email": "a@x.yz"})
    assert set(refused.json()["errors"]) == {"first_name", "last_name"}
    assert api("POST", "/users/", {"email": "a@x.yz"}).status_code == 201


@pytest.mark.parametrize("path", ["/users/1/", "/users-by-id/c1/"])
def test_put_changes_only_what_it_names(api, path):
    api.create(custom_id="c1", email="a@x.yz", city="Graz")
    user = api("PUT", path, {"city": "Wien"}).json()
    assert (user["city"], user["email"], user["custom_id"]) == ("Wien", "a@x.yz", "c1")


def test_put_may_replace_everything(simulator, api):
    simulator.settings(put="replace")
    api.create(custom_id="c1", email="a@x.yz", city="Graz")
    user = api("PUT", "/users/1/", {"city": "Wien"}).json()
    assert (user["city"], user["email"], user["custom_id"]) == ("Wien", None, "c1")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_write_to_nobody_is_404(api, method):
    assert api(method, "/users/9/", {}).status_code == 404
    assert api(method, "/users-by-id/c9/", {}).status_code == 404


@pytest.mark.parametrize("path", ["/users/1/", "/users-by-id/c1/"])
def test_delete_forgets_the_user_everywhere(simulator, api, path):
    api.create(custom_id="c1", email="a@x.yz", tags=["t"])
    answer = api("DELETE", path)
    assert (answer.status_code, answer.content) == (204, b"")
    for gone in ("/users/1/", "/users-by-id/c1/", "/users/search/?email=a@x.yz"):
        assert api("GET", gone).status_code == 404
    for empty in ("/tags/1/users/", "/users/", "/users/?search=updated_at&min=0"):
        assert api.get(empty)["count"] == 0


def test_delete_can_answer_200(simulator, api):
    simulator.settings(delete_status=200)
    api.create()
    assert api("DELETE", "/users/1/").status_code == 200


def test_update_or_create_is_keyed_on_the_custom_id_only(api):
    api.create(email="a@x.yz")
    body = {"custom_id": "c1", "email": "a@x.yz"}
    created = api("POST", "/users/update_or_create/", body)
    assert (created.status_code, created.json()) == (200, {"created": True, "id": 2})
    updated = api("POST", "/users/update_or_create/", {"custom_id": "c1", "city": "Graz"})
    assert updated.json() == {"created": False, "id": 2}
    assert api.get("/users/2/")["city"] == "Graz"
    assert api.get("/users/2/")["email"] == "a@x.yz"


def test_update_or_create_in_v1_is_keyed_on_user_id(api_v1):
    body = {"user_id": "c1"}
    assert api_v1("POST", "/users/update_or_create/", body).json()["created"] is True
    assert api_v1("POST", "/users/update_or_create/", body).json()["created"] is False


@pytest.mark.parametrize(("switch", "status"), [("create", 200), ("reject", 400)])
def test_update_or_create_without_custom_id_is_a_switch(simulator, api, switch, status):
    simulator.settings(missing_custom_id=switch)
    assert api("POST", "/users/update_or_create/", {"city": "Graz"}).status_code == status


@pytest.mark.parametrize(
    ("switch", "status", "users"), [("allow", 201, 2), ("reject", 400, 1), ("merge", 201, 1)]
)
@pytest.mark.parametrize("name", ["email", "custom_id"])
def test_doubles_are_a_switch(simulator, api, name, switch, status, users):
    simulator.settings(**{f"duplicate_{name}": switch})
    body = {name: "a@x.yz", "city": "Graz"}
    api("POST", "/users/", {name: "a@x.yz"})
    assert api("POST", "/users/", body).status_code == status
    assert api.get("/users/")["count"] == users
    if switch == "merge":
        assert api.get("/users/1/")["city"] == "Graz"


@pytest.mark.parametrize(("name", "status"), [("email", 200), ("custom_id", 400)])
def test_by_default_an_email_may_be_shared_but_not_a_custom_id(api, name, status):
    api.create(**{name: "a@x.yz"})
    other = api.create()
    path = f"/users/{other['id']}/"
    assert api("PUT", path, {name: "a@x.yz"}).status_code == status
    assert api("PUT", "/users/1/", {name: "a@x.yz"}).status_code == 200


@pytest.mark.parametrize("key", ["users_list", "user_list"])
def test_merge_keeps_the_parent_then_the_lowest_id(simulator, api, key):
    simulator.settings(merge_key="either")
    api.create(email="low@x.yz", city="Graz", tags=["a"])
    api.create(email="high@x.yz", city="Wien", region="East", tags=["b"])
    parent = api.create(email="parent@x.yz", tags=["c"])
    api("POST", "/events/", {"user_id": 1, "name": "signup"})
    answer = api("POST", "/users/merge/", {"parent": parent["id"], key: [2, 1]})
    assert answer.json() == {"success": True}
    merged = api.get(f"/users/{parent['id']}/")
    found = (merged["email"], merged["city"], merged["region"])
    assert found == ("parent@x.yz", "Graz", "East")
    assert {tag["name"] for tag in merged["tags"]} == {"a", "b", "c"}
    assert api.get(f"/users/{parent['id']}/events/")["count"] == 1
    assert api("GET", "/users/1/").status_code == 404
    assert api("GET", "/users/search/?email=low@x.yz").status_code == 404


@pytest.mark.parametrize(("switch", "status"), [("users_list", 200), ("user_list", 400)])
def test_the_key_of_a_merge_is_a_switch(simulator, api, switch, status):
    simulator.settings(merge_key=switch)
    ids = [api.create()["id"], api.create()["id"]]
    body = {"parent": ids[0], "users_list": ids[1:]}
    assert api("POST", "/users/merge/", body).status_code == status


@pytest.mark.parametrize("body", [{}, {"parent": 1, "users_list": "x"}])
def test_a_bad_merge_is_400(api, body):
    api.create()
    assert api("POST", "/users/merge/", body).status_code == 400


@pytest.mark.parametrize(
    "body", [{"parent": 9, "users_list": [1]}, {"parent": 1, "users_list": [9]}]
)
def test_a_merge_of_nobody_is_404_and_changes_nothing(api, body):
    api.create(city="Graz")
    assert api("POST", "/users/merge/", body).status_code == 404
    assert api.get("/users/1/")["city"] == "Graz"


@pytest.mark.parametrize("family", ["/users/1", "/users-by-id/c1"])
def test_setters_of_both_families(simulator, api, family):
    simulator.attribute("Email consent", "boolean")
    api.create(custom_id="c1")
    one = {"attribute": "Email consent", "value": True}
    assert api("POST", f"{family}/set_attribute/", one).json()["email_consent"] is True
    several = {"email_consent": False, "city": "Graz"}
    user = api("POST", f"{family}/set_multiple_attributes/", several).json()
    assert (user["id"], user["email_consent"], user["city"]) == (1, False, "Graz")


def test_setters_can_answer_with_nothing(simulator, api):
    simulator.settings(setter_body="empty")
    api.create()
    answer = api("POST", "/users/1/set_multiple_attributes/", {"city": "Graz"})
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("family", ["/users/1", "/users-by-id/c1"])
def test_remove_attribute_by_either_method(simulator, api, method, family):
    api.create(custom_id="c1", city="Graz")
    simulator.settings(removal_method="DELETE" if method == "POST" else "POST")
    assert api(method, f"{family}/remove_attribute/", {"attribute": "city"}).status_code == 405
    simulator.settings(removal_method="both")
    assert api(method, f"{family}/remove_attribute/", {"attribute": "city"}).status_code == 200
    assert api.get("/users/1/")["city"] is None


def test_tags_are_only_added_by_a_write(api):
    api.create(tags=["a"])
    user = api("PUT", "/users/1/", {"tags": ["b"]}).json()
    assert [tag["name"] for tag in user["tags"]] == ["a", "b"]


def test_a_form_is_understood_and_bad_json_is_400(simulator, api):
    assert api("POST", "/users/", data={"email": "a@x.yz"}).json()["email"] == "a@x.yz"
    for refused in (b"{", b'{"score": Infinity}', b'{"score": 1e999}'):
        assert api("POST", "/users/", data=refused).status_code == 400
    assert api("POST", "/users/", [1]).status_code == 400
    simulator.settings(form_bodies=False)
    assert api("POST", "/users/", data={"email": "a@x.yz"}).status_code == 400


def test_what_is_read_only_is_passed_over(api):
    user = api.create(id=77, user_key="mine", created_at="2001-01-01", first_seen="2001-01-01")
    assert (user["id"], user["first_seen"]) == (1, None)
    assert user["user_key"] != "mine"


def test_a_refused_write_changes_nothing(api):
    body = {"email": "a@x.yz", "company_custom_id": "nowhere"}
    assert api("POST", "/users/", body).status_code == 400
    assert api.get("/users/")["count"] == 0


@pytest.mark.parametrize("key", ["custom_id", "company_custom_id"])
def test_the_names_of_v2_are_unknown_in_v1(simulator, api_v1, key):
    assert api_v1.create(**{key: "c1"})["user_id"] is None
    simulator.settings(unknown_attribute="reject")
    answer = api_v1("POST", "/users/", {key: "c1"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [key])


def test_who_is_named_twice_is_merged_once(simulator, api):
    simulator.seed({}, {"city": "Graz"})
    answer = api("POST", "/users/merge/", {"parent": 1, "users_list": [2, 2, 1]})
    assert answer.status_code == 200
    assert [user["city"] for user in simulator.users()] == ["Graz"]


def test_a_missing_member_is_told_in_the_shape_of_a_400(api):
    answer = api("POST", "/users/merge/", {"users_list": [1]})
    assert answer.json() == {"errors": {"parent": ["This field is required."]}}
