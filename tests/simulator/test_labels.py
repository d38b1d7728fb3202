"""Tags, lists, events and companies."""

import pytest

FAMILIES = ("/users/1", "/users-by-id/c1")


@pytest.fixture
def user(api):
    return api.create(custom_id="c1")


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_tag_is_added_once_and_removed_by_either_method(simulator, api, user, family, method):
    answer = api("POST", f"{family}/add_tag/", {"name": "vip"})
    assert answer.json() == {"created": True, "tag": {"name": "vip"}}
    assert api("POST", f"{family}/add_tag/", {"name": "vip"}).json()["created"] is False
    assert api.get("/tags/1/users/")["results"][0]["tags"] == [{"name": "vip", "id": 1}]
    assert api(method, f"{family}/remove_tag/", {"name": "vip"}).status_code == 200
    assert api.get("/tags/1/users/")["count"] == 0
    assert api(method, f"{family}/remove_tag/", {"name": "vip"}).status_code == 404


def test_many_tags_at_once(api, user):
    api("POST", "/users-by-id/c1/add_many_tags/", {"tag_names": ["a", "b"]})
    assert [tag["name"] for tag in api.get("/users/1/")["tags"]] == ["a", "b"]
    refused = api("POST", "/users-by-id/c1/add_many_tags/", {"tag_names": [["c"]]})
    assert refused.status_code == 400


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_list_is_joined_and_left_by_either_method(api, user, family, method):
    body = {"name": "News", "description": "Weekly"}
    made = api("POST", "/lists/", body)
    assert made.json() == {"id": 1, **body}
    assert api("POST", f"{family}/add_to_list/", {"list": 1}).json()["id"] == 1
    assert api.get("/users/1/")["lists"] == [{"id": 1, "name": "News"}]
    assert api(method, f"{family}/remove_from_list/", {"list": 1}).status_code == 200
    assert api.get("/users/1/")["lists"] == []
    assert api("POST", f"{family}/add_to_list/", {"list": 9}).status_code == 404


@pytest.mark.parametrize(("switch", "refused"), [("POST", "DELETE"), ("DELETE", "POST")])
def test_the_method_of_removals_is_a_switch(simulator, api, user, switch, refused):
    simulator.settings(removal_method=switch)
    api("POST", "/users/1/add_tag/", {"name": "vip"})
    api("POST", "/lists/", {"name": "News"})
    api("POST", "/users/1/add_to_list/", {"list": 1})
    for path, body in (("remove_tag", {"name": "vip"}), ("remove_from_list", {"list": 1})):
        assert api(refused, f"/users/1/{path}/", body).status_code == 405
        assert api(switch, f"/users/1/{path}/", body).status_code == 200


def test_segments_are_read_only(simulator, api):
    first, _second = simulator.seed({"segments": ["Buyers"]}, {"segments": ["Idle"]})["ids"]
    assert [each["name"] for each in api.get("/segments/")["results"]] == ["Buyers", "Idle"]
    [user] = api.get("/segments/1/users/")["results"]
    assert (user["id"], "segments" in user) == (first, False)
    assert api.get(f"/users/{first}/segments/")["results"] == [{"id": 1, "name": "Buyers"}]
    simulator.patch_user(first, segments=[])
    assert api.get("/segments/1/users/")["count"] == 0
    assert api("POST", "/segments/", {"name": "New"}).status_code == 405
    assert api("GET", "/segments/9/users/").status_code == 404


@pytest.mark.parametrize("kind", ["tags", "lists"])
def test_labels_are_renamed_and_deleted(api, user, kind):
    api("POST", f"/{kind}/", {"name": "old"})
    for refused in ("old", "", None, 5, ["x"]):
        assert api("POST", f"/{kind}/", {"name": refused}).status_code == 400
    assert api("PUT", f"/{kind}/1/", {"name": "new"}).json()["name"] == "new"
    assert api("POST", f"/{kind}/", {"name": "old"}).status_code == 201
    add = ("add_tag", {"name": "new"}) if kind == "tags" else ("add_to_list", {"list": 1})
    api("POST", f"/users/1/{add[0]}/", add[1])
    assert api.get("/users/1/")[kind][0]["name"] == "new"
    assert api("DELETE", f"/{kind}/1/").status_code == 204
    assert api.get("/users/1/")[kind] == []
    assert api("PUT", f"/{kind}/1/", {"name": "x"}).status_code == 404


def test_created_means_the_first_event_of_that_name(api, api_v1, user):
    body = {"name": "signup", "timestamp": 1426967129, "data": {"a": 1}}
    assert api("POST", "/events/", body | {"user_id": 1}).json() == {"id": 1, "created": True}
    assert api_v1("POST", "/events/", body | {"client": 1}).json() == {"id": 2, "created": False}
    by_id = api("POST", "/users-by-id/c1/events/", {"name": "other"})
    assert by_id.json() == {"id": 3, "created": True}
    events = api.get("/users/1/events/")["results"]
    assert [event["name"] for event in events] == ["signup", "signup", "other"]
    assert events[0]["timestamp"] == "2015-03-21T19:45:29.000000Z"


def test_an_event_of_nobody_is_404_and_a_bad_one_400(api, user):
    assert api("POST", "/users-by-id/none/events/", {"name": "x"}).status_code == 404
    assert api("POST", "/events/", {"user_id": 9, "name": "x"}).status_code == 404
    assert api("POST", "/events/", {"client": 1, "name": "x"}).status_code == 400
    assert api("POST", "/events/", {"user_id": 1}).status_code == 400
    assert (
        api("POST", "/events/", {"user_id": 1, "name": "x", "timestamp": "now"}).status_code == 400
    )


@pytest.mark.parametrize("family", ["/companies/1/", "/companies-by-id/g1/"])
def test_companies_of_both_families(simulator, api, api_v1, family):
    simulator.attribute("Owner", content_type="company")
    body = {"custom_id": "g1", "name": "Ventures", "country": "Italy", "owner": "Ann"}
    made = api("POST", "/companies/", body)
    assert made.status_code == 201
    assert made.json().items() >= body.items()
    assert api("PUT", family, {"city": "Rome"}).json()["city"] == "Rome"
    old = api_v1.get("/companies/1/")
    assert (old["company_id"], old["attributes"][0]["value"]) == ("g1", "Ann")
    assert api("POST", "/companies/", {"custom_id": "g1"}).status_code == 400
    assert api("DELETE", family).status_code == 204
    assert api("GET", family).status_code == 404


def test_a_user_joins_a_company_by_write_or_as_member(api, api_v1, user):
    api("POST", "/companies/", {"custom_id": "g1", "name": "One"})
    api_v1("POST", "/companies/", {"company_id": "g2", "name": "Two"})
    api("POST", "/companies/", {"custom_id": "g3", "name": "Three"})
    api("PUT", "/users/1/", {"company_custom_id": "g1"})
    api_v1("PUT", "/users/1/", {"company_id": "g2"})
    assert api("POST", "/companies/3/add_member/", {"user_custom_id": "c1"}).status_code == 200
    assert api("POST", "/companies/3/add_member/", {"user_id": 9}).status_code == 404
    companies = api.get("/users/1/")["companies"]
    assert [company["name"] for company in companies] == ["One", "Two", "Three"]
    assert api.get("/companies/3/")["employees"] == [1]
    assert api("POST", "/companies/3/remove_member/", {"user_id": 1}).status_code == 200
    assert api.get("/companies/3/")["employees"] == []
    api("DELETE", "/companies/1/")
    assert len(api.get("/users/1/")["companies"]) == 1


def test_a_user_joins_the_company_of_the_mail_domain_where_that_is_switched_on(simulator, api):
    api("POST", "/companies/", {"name": "Acme", "email": "office@acme.example"})
    simulator.settings(companies_by_domain=True, company_members="absent")
    made = api.create(email="jan@acme.example")
    assert [company["name"] for company in made["companies"]] == ["Acme"]
    assert api.get("/companies/1/")["employees"] is None


def test_each_change_of_a_label_has_a_trigger_of_its_own(simulator, api, user, receiver):
    triggers = ["list_joined", "list_left", "tag_added", "tag_removed"]
    simulator.automations(
        *({"trigger": each, "url": receiver.url, "extra": {"what": each}} for each in triggers)
    )
    api("POST", "/lists/", {"name": "News"})
    for action, body in (
        ("add_tag", {"name": "vip"}),
        ("remove_tag", {"name": "vip"}),
        ("add_to_list", {"list": 1}),
        ("remove_from_list", {"list": 1}),
    ):
        api("POST", f"/users/1/{action}/", body)
        simulator.quiet(0)
    told = [call.json()["extra"]["what"] for call in receiver.received]
    assert told == ["tag_added", "tag_removed", "list_joined", "list_left"]


def test_whether_case_makes_two_tags_is_a_switch(simulator, api, user):
    simulator.settings(label_names="insensitive")
    api("POST", "/users/1/add_tag/", {"name": "VIP"})
    api("POST", "/users/1/add_tag/", {"name": "vip"})
    assert [tag["name"] for tag in api.get("/users/1/")["tags"]] == ["VIP"]
    assert api("POST", "/users/1/remove_tag/", {"name": "vip"}).status_code == 200


def test_whether_a_label_moves_updated_at_is_a_switch(simulator, api, user):
    for moves in (False, True):
        simulator.settings(labels_move_updated_at=moves)
        before = api.get("/users/1/")["updated_at"]
        api("POST", "/users/1/add_tag/", {"name": f"tag {moves}"})
        assert (api.get("/users/1/")["updated_at"] > before) is moves


def test_a_person_gives_and_takes_labels(simulator, api, user):
    assert simulator.patch_user(1, tags=["a", "b"])["tags"] == ["a", "b"]
    assert simulator.patch_user(1, tags=["b"])["tags"] == ["b"]
