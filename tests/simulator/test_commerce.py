"""Products, product events and deals."""

import time

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


# ---- the deals' CSV import ----

DEALS = (
    "custom_id,name,value,currency,status,user_id,order_products\n"
    'SO1,Order 1,25,EUR,2,{user},"[{{""product_custom_id"": ""desk"", ""quantity"": 2}}]"\n'
    'SO2,Order 2,5,EUR,2,9,"[]"\n'
    "SO3,Order 3,x,EUR,2,{user},\n"
)
FILE = "/deals/import/"


def imported(api, text, query="", **fields):
    return api("POST", f"{FILE}{query}", files={"input_file": text.encode()}, data=fields).json()


def test_deals_are_imported_from_a_file(simulator, api, user):
    simulator.settings(import_answer="report", unknown_product="create")
    for writes in (1, 2):
        data = imported(api, DEALS.format(user=user))["data"]
        assert (data["total_count"], data["succeeded"], data["failed"]) == (3, 1, 2)
        assert [bad["row"] for bad in data["rows_with_errors"]] == [2, 3]
        [deal] = simulator.commerce()["deals"]
        assert (deal["custom_id"], deal["user_id"], deal["value"]) == ("SO1", user, "25.00")
        assert deal["order_products"] == [{"product_custom_id": "desk", "quantity": 2}]
        assert (deal["writes"], deal["status"]) == (writes, 2)


@pytest.mark.parametrize(
    ("policy", "failed", "lines"), [("json", 2, True), ("drop", 2, False), ("reject", 3, None)]
)
def test_the_lines_in_a_file_of_deals(simulator, api, user, policy, failed, lines):
    simulator.settings(
        import_answer="report", unknown_product="ignore", import_order_products=policy
    )
    text = DEALS.format(user=user).replace('"[]"', '"[{}]"')
    assert imported(api, text)["data"]["failed"] == failed
    found = ["order_products" in deal for deal in simulator.commerce()["deals"]]
    assert found == ([] if lines is None else [lines])


def test_an_unknown_product_in_a_file_of_deals(simulator, api, user):
    simulator.settings(import_answer="report")
    [first, *_others] = imported(api, DEALS.format(user=user))["data"]["rows_with_errors"]
    assert (first["row"], list(first["errors"])) == (1, ["order_products"])


@pytest.mark.parametrize("read_from", ["query", "form", "both"])
def test_deals_of_a_file_start_automations_only_where_told(simulator, api, read_from):
    simulator.settings(import_automations=read_from)
    option = "trigger_automations"
    imported(api, "custom_id,name\nSO1,One\n", f"?{option}=0", **{option: "0"})
    imported(api, "custom_id,name\nSO2,Two\n", f"?{option}=1", **{option: "1"})
    assert [deal["fired"] for deal in simulator.commerce()["deals"]] == [0, 1]
    api("POST", "/deals/update_or_create/", {"custom_id": "SO1", "name": "One"})
    assert simulator.commerce()["deals"][0]["fired"] == 1


def test_deals_may_appear_after_the_end_of_their_import(simulator, api):
    simulator.settings(import_appears_after=0.1)
    import_id = imported(api, "custom_id,name\nSO1,One\n")["data"]["import_id"]
    report = api.get("/import/status/", import_id=import_id)["data"]
    assert (report["status"], report["succeeded"]) == ("finished", 1)
    assert not simulator.commerce()["deals"]
    time.sleep(0.15)
    assert len(simulator.commerce()["deals"]) == 1


def test_a_file_of_deals_may_have_its_own_headers_and_separator(simulator, api):
    mapping = '{"Number": "custom_id", "Title": "name"}'
    imported(api, "Number;Title\nSO1;One\n", "?separator=semicolon", column_mapping=mapping)
    [deal] = simulator.commerce()["deals"]
    assert (deal["custom_id"], deal["name"]) == ("SO1", "One")
    files = {"input_file": b"custom_id\n"}
    assert api("POST", f"{FILE}?separator=dot", files=files).status_code == 400
    bad = api("POST", FILE, files=files, data={"column_mapping": "["})
    assert bad.status_code == 400
