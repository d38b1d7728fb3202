"""Reading users: by id, by search, by filter, by date range."""

import pytest

from .times import parse


def test_both_id_families_find_a_user(api):
    user = api.create(custom_id="user@123")
    assert api.get(f"/users/{user['id']}/") == user
    assert api.get("/users-by-id/user@123/") == user
    assert api.get("/users-by-id/user%40123/") == user


@pytest.mark.parametrize(
    "path",
    ["/users/9/", "/users-by-id/9/", "/users/search/?email=no@x.yz", "/users/search/?key=no"],
)
def test_a_missed_single_lookup_is_404(api, path):
    answer = api("GET", path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_a_missed_search_can_have_an_empty_body(simulator, api):
    simulator.settings(missed_search="empty_body")
    answer = api("GET", "/users/search/?email=no@x.yz")
    assert (answer.status_code, answer.text) == (200, "")


def test_search_by_email_gives_one_object_and_many_a_bare_array(api):
    first, second = api.create(email="a@x.yz"), api.create(email="a@x.yz")
    assert api.get("/users/search/", email="a@x.yz") == first
    assert api.get("/users/search/", email="a@x.yz", many="true") == [first, second]
    assert api.get("/users/search/", email="b@x.yz", many="true") == []


def test_which_of_several_comes_back_is_a_switch(simulator, api):
    simulator.settings(email_pick="last")
    api.create(email="a@x.yz")
    last = api.create(email="a@x.yz")
    assert api.get("/users/search/", email="a@x.yz") == last


@pytest.mark.parametrize(("switch", "status"), [("exact", 404), ("insensitive", 200)])
def test_case_in_an_email_search_is_a_switch(simulator, api, switch, status):
    simulator.settings(email_search=switch)
    api.create(email="A@x.yz")
    assert api("GET", "/users/search/?email=a@x.yz").status_code == status


def test_an_email_can_be_stored_in_lower_case(simulator, api):
    simulator.settings(email_store="lower")
    assert api.create(email="A@x.yz")["email"] == "a@x.yz"


def test_search_by_key(api):
    user = api.create()
    assert api.get("/users/search/", key=user["user_key"]) == user


def test_search_by_client_id_in_both_namings(api, api_v1):
    user = api.create(custom_id="c1")
    assert api.get("/users-by-id/search/", custom_id="c1") == user
    assert api_v1.get("/users-by-id/search/", user_id="c1")["id"] == user["id"]


def test_a_phone_search_is_paged_in_v2_and_single_in_v1(simulator, api, api_v1):
    user = api.create(phone_number="+48500")
    assert api.get("/users/search/", phone_number="+48500")["results"] == [user]
    assert api.get("/users/search/", phone_number="0")["count"] == 0
    assert api_v1.get("/users/search/", phone_number="+48500")["id"] == user["id"]
    simulator.settings(phone_search="object")
    assert api.get("/users/search/", phone_number="+48500") == user


def test_phone_numbers_can_be_normalised(simulator, api):
    simulator.settings(phone_store="digits")
    user = api.create(phone_number="+48 500-600")
    assert user["phone_number"] == "+48500600"
    assert api.get("/users/search/", phone_number="+48 500 600")["results"] == [user]


@pytest.fixture
def scored(simulator):
    """Users with the scores 1 to 5 and a name each."""
    names = ("Anna", "anton", "Bert", "Hanna", "Zoe")
    users = [{"score": number, "first_name": name} for number, name in enumerate(names, 1)]
    return simulator.seed(*users)["ids"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"score__gt": 3}, [4, 5]),
        ({"score__gte": 3}, [3, 4, 5]),
        ({"score__lt": 3}, [1, 2]),
        ({"score__lte": 3}, [1, 2, 3]),
        ({"score__gte": 2, "score__lt": 4}, [2, 3]),
        ({"first_name__contains": "nna"}, [1, 4]),
        ({"first_name__icontains": "AN"}, [1, 2, 4]),
        ({"first_name__startswith": "an"}, [2]),
        ({"first_name__istartswith": "an"}, [1, 2]),
        ({"first_name__endswith": "a"}, [1, 4]),
        ({"first_name__iendswith": "NNA"}, [1, 4]),
        ({"name__contains": "Zo"}, [5]),
        ({"score__gte": 2, "first_name__contains": "nna"}, [4]),
        ({"score__gt": 9}, []),
    ],
)
def test_attribute_lookups_on_both_paths(api, scored, query, found):
    for path in ("/users/", "/users/search/"):
        page = api.get(path, **query)
        assert [user["id"] for user in page["results"]] == found
        assert page["count"] == len(found)


def test_lookups_on_custom_attributes_and_exact_values(simulator, api):
    simulator.attribute("Signed on", "date")
    user = api.create(signed_on="2024-05-01", score=7)
    api.create(signed_on="2023-05-01")
    assert api.get("/users/search/", signed_on__gte="2024-01-01")["results"] == [user]
    assert api.get("/users/search/", score="7")["results"] == [user]


def test_an_ordering_stays_true_when_values_change(simulator, api, scored):
    api.get("/users/search/", score__gte=3)
    api("PUT", f"/users/{scored[0]}/", {"score": 9})
    api("PUT", f"/users/{scored[4]}/", {"score": None})
    api("DELETE", f"/users/{scored[3]}/")
    found = [user["id"] for user in api.get("/users/search/", score__gte=3)["results"]]
    assert found == [scored[2], scored[0]]


def test_an_unsearchable_field_or_value_is_400(api):
    for query in ("", "?nothing=1", "?score__gte=x", "?search=name", "?search=updated_at&min=x"):
        assert api("GET", f"/users/search/{query}").status_code == 400, query


MOMENTS = ("2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", "2024-01-02T00:00:00Z")


@pytest.fixture
def dated(simulator):
    """Three users; the last two were updated in the same microsecond."""
    return simulator.seed(*[{"updated_at": moment} for moment in MOMENTS])["ids"]


def seconds(text):
    return parse(text) // 1_000_000


@pytest.mark.parametrize("path", ["/users/", "/users/search/"])
def test_a_date_range_in_unix_seconds_on_both_paths(api, dated, path):
    page = api.get(path, search="updated_at", min=seconds(MOMENTS[1]))
    assert [user["id"] for user in page["results"]] == dated[1:]


@pytest.mark.parametrize(
    ("bounds", "found"), [("inclusive", [1, 2, 3]), ("half_open", [1]), ("exclusive", [])]
)
def test_the_bounds_of_a_date_range_are_a_switch(simulator, api, dated, bounds, found):
    simulator.settings(range_bounds=bounds)
    query = {"min": seconds(MOMENTS[0]), "max": seconds(MOMENTS[1])}
    page = api.get("/users/", search="updated_at", **query)
    assert [user["id"] for user in page["results"]] == found


def test_the_date_range_may_be_known_on_one_path_only(simulator, api, dated):
    query = {"search": "updated_at", "min": seconds(MOMENTS[1])}
    simulator.settings(date_range_path="search")
    assert api.get("/users/", **query)["count"] == 3
    assert api.get("/users/search/", **query)["count"] == 2
    simulator.settings(date_range_path="users")
    assert api.get("/users/", **query)["count"] == 2
    assert api("GET", "/users/search/", params=query).status_code == 404


def test_a_date_range_on_last_seen_leaves_out_who_was_never_seen(simulator, api):
    seen = simulator.visit(first_name="Anna")
    api.create()
    page = api.get("/users/", search="last_seen", min=0)
    assert [user["id"] for user in page["results"]] == [seen["id"]]


@pytest.mark.parametrize(
    ("switch", "nothing_new", "custom", "standard"),
    [
        ("write", True, True, True),
        ("change", False, True, True),
        ("standard", False, False, True),
    ],
)
def test_what_moves_updated_at_is_a_switch(simulator, api, switch, nothing_new, custom, standard):
    simulator.settings(updated_at_moves=switch)
    simulator.attribute("Consent", "boolean")
    path = f"/users/{api.create(city='Graz')['id']}/"

    def moves(**values):
        return api.get(path)["updated_at"] < api("PUT", path, values).json()["updated_at"]

    assert moves(city="Graz") == nothing_new
    assert moves(consent=True) == custom
    assert moves(city="Wien") == standard


@pytest.mark.parametrize(("switch", "status"), [("decoded", 404), ("kept", 200)])
def test_an_encoded_slash_may_be_part_of_a_custom_id(simulator, api, switch, status):
    simulator.settings(encoded_slash=switch)
    simulator.seed({"custom_id": "a/b ż"})
    assert api("GET", "/users-by-id/a%2Fb%20%C5%BC/").status_code == status


def test_the_search_for_a_custom_id_may_be_one_of_v1_only(simulator, api, api_v1):
    simulator.settings(custom_id_search="v1")
    simulator.seed({"custom_id": "c1"}, {"custom_id": "search"})
    assert api_v1.get("/users-by-id/search/", user_id="c1")["id"] == 1
    assert api.get("/users-by-id/search/", user_id="c1")["id"] == 2


def test_a_search_may_not_find_a_new_user_yet(simulator, api):
    user = api.create(email="new@example.org")
    simulator.settings(search_lag=60)
    assert api("GET", "/users/search/?email=new@example.org").status_code == 404
    assert api.get("/users/search/?email__icontains=new@")["results"] == []
    assert api.get(f"/users/{user['id']}/") == user
    simulator.settings(search_lag=0)
    assert api.get("/users/search/?email=new@example.org") == user
