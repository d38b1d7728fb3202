"""Products, product events and deals."""

import pytest

USER = {"email": "jan@example.org", "custom_id": "c1"}
LINE = {"product_custom_id": "desk", "quantity": 2, "value": 10, "currency": "EUR"}


@pytest.fixture
def user(simulator):
    return simulator.seed(USER)["ids"][0]


def test_a_product_is_known_by_its_custom_id(simulator, api):
    made = api("POST", "/products/", {"custom_id": "desk", "name": "Desk", "price": 5})
    assert made.status_code == 201
    assert api.get("/products-by-id/desk/details/")["id"] == made.json()["id"]
    assert api("PUT", "/products-by-id/desk/", {"price": 6}).json()["price"] == 6
    assert api("GET", "/products-by-id/none/details/").status_code == 404
    simulator.settings(product_update="absent", existing_product="reject")
    assert api("PUT", "/products-by-id/desk/", {"price": 7}).status_code == 405
    assert api("POST", "/products/", {"custom_id": "desk"}).status_code == 400


def test_a_product_event_changes_the_product_but_for_its_own_data(simulator, api, user):
    path = "/products-by-id/desk/product_event/"
    data = {"name": "Desk", "custom_data": {"quantity": 2}}
    body = {"event_type": "purchase", "timestamp": 1426967129, "data": data}
    assert api("POST", path, body | {"user_id": user}).json() == {"id": 1}
    assert api("POST", path, body | {"user_custom_id": "c1"}).json() == {"id": 2}
    found = simulator.commerce()
    [product] = found["products"]
    assert product["name"] == "Desk"
    assert "custom_data" not in product
    assert found["product_events"][0]["custom_data"] == {"quantity": 2}
    assert api("POST", path, body | {"user_id": 9}).status_code == 404
    assert api("POST", path, body | {"user_id": user, "event_type": "buy"}).status_code == 400
    bare = {"event_type": "view", "user_id": user}
    assert api("POST", path, bare).status_code == 400
    simulator.settings(product_event_requires="nothing")
    assert api("POST", path, bare).status_code == 200


def test_a_deal_is_created_or_changed_by_its_custom_id(simulator, api, user):
    body = {"custom_id": "SO1", "name": "Order", "value": 525, "user_custom_id": "c1", "vat": 1}
    made = api("POST", "/deals/update_or_create/", body)
    assert made.json().items() >= {"value": "525.00", "user_id": user, "vat": 1}.items()
    simulator.settings(deal_value="number", unknown_deal_attribute="drop")
    changed = api("PUT", "/deals-by-id/SO1/", {"value": 5, "tax": 2}).json()
    assert (changed["id"], changed["value"], "tax" in changed) == (made.json()["id"], 5, False)
    assert api("POST", "/deals/update_or_create/", {"custom_id": "SO2"}).status_code == 400
    assert (
        api("POST", "/deals/update_or_create/", body | {"user_custom_id": "x"}).status_code == 404
    )


@pytest.mark.parametrize(
    ("policy", "status", "products"), [("reject", 400, 0), ("create", 201, 1), ("ignore", 201, 0)]
)
def test_an_unknown_product_of_an_order(simulator, api, policy, status, products):
    simulator.settings(unknown_product=policy)
    body = {"custom_id": "SO1", "name": "Order", "order_products": [LINE]}
    assert api("POST", "/deals/update_or_create/", body).status_code == status
    assert len(simulator.commerce()["products"]) == products


def test_what_a_merged_user_did_is_its_survivors(simulator, api, user):
    other = simulator.seed({"email": "eva@example.org"})["ids"][0]
    event = {"event_type": "view", "timestamp": 1, "data": {}, "user_id": other}
    api("POST", "/products-by-id/desk/product_event/", event)
    deal = {"custom_id": "SO1", "name": "Order", "user_id": other}
    api("POST", "/deals/update_or_create/", deal)
    api("POST", "/users/merge/", {"parent": user, "users_list": [other]})
    found = simulator.commerce()
    assert found["product_events"][0]["client"] == user
    assert found["deals"][0]["user_id"] == user
    api("DELETE", f"/users/{user}/")
    found = simulator.commerce()
    assert (found["product_events"], found["deals"][0]["user_id"]) == ([], None)


@pytest.mark.parametrize(("policy", "status"), [("404", 404), ("400", 400)])
def test_nobody_has_events(simulator, api, policy, status):
    simulator.settings(unknown_event_user=policy)
    deal = {"custom_id": "SO1", "name": "Order", "user_id": 9}
    assert api("POST", "/events/", {"user_id": 9, "name": "x"}).status_code == status
    assert api("POST", "/deals/update_or_create/", deal).status_code == status
