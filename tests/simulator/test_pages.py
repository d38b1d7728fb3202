"""Cursor pages."""

import pytest


def walked(api, path, link="next", **query):
    """Return the pages of ids from `path` on."""
    pages = [api.get(path, **query)]
    while pages[-1][link]:
        pages.append(api.get(pages[-1][link]))
    return [[item["id"] for item in page["results"]] for page in pages]


@pytest.fixture
def five(simulator):
    simulator.settings(page_size=2)
    return simulator.seed(*[{"city": "Graz"}] * 5)["ids"]


def test_next_is_an_absolute_url_with_a_cursor(simulator, api, five):
    page = api.get("/users/")
    assert page["next"].startswith(f"{simulator.url}/api/public/users/?cursor=")
    assert (page["count"], page["previous"], len(page["results"])) == (5, None, 2)


def test_pages_follow_each_other_without_gap_or_double(api, five):
    assert walked(api, "/users/") == [[1, 2], [3, 4], [5]]


def test_pages_keep_the_filter_and_order_equal_values_by_id(simulator, api):
    simulator.settings(page_size=2)
    same = {"updated_at": "2024-01-01T00:00:00Z"}
    simulator.seed(same, {}, same, same)
    query = {"search": "updated_at", "min": 1, "max": 1_704_067_200}
    assert walked(api, "/users/", **query) == [[1, 3], [4]]


def test_a_user_changed_while_paging_moves_to_the_end(api, five):
    page = api.get("/users/", search="updated_at", min=0)
    api("PUT", "/users/3/", {"city": "Wien"})
    rest = walked(api, page["next"])
    assert rest == [[4, 5], [3]]


def test_previous_leads_back(api, five):
    last = api.get(api.get(api.get("/users/")["next"])["next"])
    back = api.get(last["previous"])
    assert [user["id"] for user in back["results"]] == [3, 4]
    assert [user["id"] for user in api.get(back["previous"])["results"]] == [1, 2]
    assert api.get(back["previous"])["previous"] is None
    assert api.get(back["next"])["results"] == last["results"]


def test_pages_can_run_from_the_newest(simulator, api, five):
    simulator.settings(page_order="descending")
    assert walked(api, "/users/") == [[5, 4], [3, 2], [1]]


def test_the_last_next_can_lead_to_a_404(simulator, api, five):
    simulator.settings(final_next_404=True)
    last = api.get(api.get(api.get("/users/")["next"])["next"])
    assert [user["id"] for user in last["results"]] == [5]
    assert api("GET", last["next"]).status_code == 404


def test_a_cursor_that_is_none_or_of_another_list_is_404(api, five):
    assert api("GET", "/users/?cursor=nonsense").status_code == 404
    other = api.get("/users/")["next"].replace("?", "?search=updated_at&")
    assert api("GET", other).status_code == 404


def test_a_page_has_a_hundred_by_default(simulator, api):
    simulator.seed(count=101)
    assert [len(page) for page in walked(api, "/users/")] == [100, 1]


@pytest.mark.parametrize("path", ["/attributes/", "/tags/", "/lists/", "/companies/"])
def test_every_list_is_paged(simulator, api, path):
    simulator.settings(page_size=2)
    kind = {"content_type": "clientuser", "value_type": "string"}
    for number in range(3):
        assert api("POST", path, {"name": f"n{number}", **kind}).status_code == 201
    assert walked(api, path) == [[1, 2], [3]]
