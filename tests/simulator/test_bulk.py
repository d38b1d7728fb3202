"""Mass updates and the CSV import."""

import time

import pytest

STANDARD = "mass_update_standard_attributes"
CUSTOM = "mass_update_custom_attributes"


@pytest.mark.parametrize(("family", "ids"), [("users", [1, 2]), ("users-by-id", ["c1", "c2"])])
def test_a_mass_update_of_both_families(simulator, api, family, ids):
    simulator.attribute("Email consent", "boolean")
    simulator.seed({"custom_id": "c1"}, {"custom_id": "c2"}, {"custom_id": "c3"})
    body = {"ids": ids, "attribute": "country", "value": "USA"}
    assert api("PUT", f"/{family}/{STANDARD}/", body).json() == {"status": "ok"}
    body = {"ids": ids, "attribute": "Email consent", "value": True}
    assert api("PUT", f"/{family}/{CUSTOM}/", body).json() == {"status": "ok"}
    users = [(user["country"], user["attributes"]["email_consent"]) for user in simulator.users()]
    assert users == [("USA", True), ("USA", True), (None, None)]


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (STANDARD, {"attribute": "email_consent"}),
        (STANDARD, {"attribute": "first_seen"}),
        (STANDARD, {"attribute": ""}),
        (STANDARD, {"attribute": "x" * 256}),
        (STANDARD, {"ids": []}),
        (STANDARD, {"ids": ["c1"]}),
        (STANDARD, {"ids": 1}),
        (CUSTOM, {"attribute": "email_consent", "value": "maybe"}),
    ],
)
def test_a_bad_mass_update_is_400(simulator, api, path, change):
    simulator.attribute("Email consent", "boolean")
    simulator.seed({})
    body = {"ids": [1], "attribute": "country", "value": "USA"} | change
    assert api("PUT", f"/users/{path}/", body).status_code == 400


def test_unknown_ids_are_passed_over(simulator, api):
    simulator.seed({})
    body = {"ids": [9, 1], "attribute": "country", "value": "USA"}
    assert api("PUT", f"/users/{STANDARD}/", body).status_code == 200
    assert simulator.user(1)["country"] == "USA"


@pytest.mark.parametrize(
    ("switch", "put", "post"), [("PUT", 200, 405), ("POST", 405, 200), ("both", 200, 200)]
)
def test_the_method_of_a_custom_mass_update_is_a_switch(simulator, api, switch, put, post):
    simulator.settings(mass_custom_method=switch, mass_custom_body="empty")
    simulator.attribute("Note")
    simulator.seed({})
    body = {"ids": [1], "attribute": "Note", "value": "x"}
    answers = [api(method, f"/users/{CUSTOM}/", body) for method in ("PUT", "POST")]
    assert [each.status_code for each in answers] == [put, post]
    assert all(each.content == b"" for each in answers if each.status_code == 200)


@pytest.mark.parametrize(("switch", "status"), [("reject", 400), ("drop", 200), ("create", 200)])
def test_a_mass_update_of_an_unknown_attribute(simulator, api, switch, status):
    simulator.settings(unknown_attribute=switch)
    simulator.seed({})
    body = {"ids": [1], "attribute": "Fresh", "value": "x"}
    assert api("PUT", f"/users/{CUSTOM}/", body).status_code == status
    assert simulator.user(1)["attributes"] == ({"fresh": "x"} if switch == "create" else {})


def test_the_number_of_ids_can_be_limited(simulator, api):
    simulator.settings(mass_update_limit=1)
    simulator.seed({}, {})
    body = {"ids": [1, 2], "attribute": "country", "value": "USA"}
    assert api("PUT", f"/users/{STANDARD}/", body).status_code == 400


CSV = """custom_id,email,first_name,email_consent,status
c1,new@x.yz,Zoé,true,2
c2,c2@x.yz,Ben,maybe,1
,old@x.yz,Old,0,2
"""


def upload(api, text, **options):
    return api("POST", "/users/import/", files={"input_file": text.encode()}, data=options)


@pytest.fixture
def consent(simulator):
    simulator.attribute("Email consent", "boolean")


def test_a_csv_import_creates_and_updates_and_reports(simulator, api, consent):
    simulator.seed({"email": "old@x.yz", "city": "Graz"})
    simulator.settings(import_answer="report")
    answer = upload(api, CSV, tags="imported, spring", lists="Newsletter").json()
    data = answer["data"]
    assert answer["success"] is True
    assert (data["total_count"], data["succeeded"], data["failed"]) == (3, 2, 1)
    errors = {"email_consent": ["Must be a valid boolean."]}
    assert data["rows_with_errors"] == [{"row": 2, "errors": errors}]
    old, new = simulator.users()
    assert (old["first_name"], old["city"], old["status"]) == ("Old", "Graz", "user")
    assert (new["custom_id"], new["first_name"]) == ("c1", "Zoé")
    assert [user["attributes"]["email_consent"] for user in (old, new)] == [False, True]
    assert (new["tags"], new["lists"]) == (["imported", "spring"], ["Newsletter"])
    assert api.get("/import/status/", import_id=data["id"]) == answer
    assert api.get("/import/status/") == {"success": True, "data": [data]}


def test_an_import_may_not_match_by_email(simulator, api, consent):
    simulator.settings(import_matches_email=False)
    simulator.seed({"email": "old@x.yz"})
    upload(api, CSV)
    assert len(simulator.users(email="old@x.yz")) == 2


def test_an_import_may_take_its_time(simulator, api):
    simulator.settings(import_seconds=0.1)
    import_id = upload(api, "email\na@x.yz\n").json()["data"]["import_id"]
    data = api.get("/import/status/", import_id=import_id)["data"]
    assert (data["status"], data["succeeded"], data["finished_at"]) == ("processing", 0, None)
    assert simulator.users() == []
    time.sleep(0.15)
    report = api.get("/import/status/", import_id=import_id)["data"]
    assert (report["status"], report["succeeded"]) == ("finished", 1)
    assert report["finished_at"] is not None


def test_users_may_appear_after_the_end_of_their_import(simulator, api):
    simulator.settings(import_appears_after=0.1)
    import_id = upload(api, "email\na@x.yz\n").json()["data"]["import_id"]
    report = api.get("/import/status/", import_id=import_id)["data"]
    assert (report["status"], report["succeeded"], simulator.users()) == ("finished", 1, [])
    time.sleep(0.15)
    assert len(simulator.users()) == 1


@pytest.mark.parametrize("read_from", ["query", "form", "both"])
@pytest.mark.parametrize("told_in", ["query", "form"])
def test_whether_automations_go_off_is_read_from_where_the_switch_says(
    simulator, api, read_from, told_in
):
    simulator.settings(import_automations=read_from)
    simulator.automations({"trigger": "new_user", "url": "http://127.0.0.1:9/"})
    option = {"trigger_automations": "1"}
    path = "/users/import/" + "?trigger_automations=1" * (told_in == "query")
    fields = option if told_in == "form" else {}
    api("POST", path, files={"input_file": b"email\na@x.yz\n"}, data=fields)
    simulator.quiet()
    assert bool(simulator.journal(kind="outgoing")) is (read_from in ("both", told_in))


def test_cells_of_choices_and_json(simulator, api):
    simulator.attribute("Sizes", "fixed", ["S", "M"], allow_multiple_choices=True)
    simulator.attribute("More", "json")
    upload(api, 'sizes,more\n"S,M","{""a"": 1}"\n')
    assert simulator.user(1)["attributes"] == {"sizes": ["S", "M"], "more": {"a": 1}}


def test_a_bad_import_is_400(simulator, api):
    simulator.settings(import_limit=1)
    assert api("POST", "/users/import/", {}).status_code == 400
    assert api("POST", "/users/import/", files={"input_file": b"\xff"}).status_code == 400
    assert upload(api, "email\na@x.yz\nb@x.yz\n").status_code == 400
    assert api("GET", "/import/status/?import_id=none").status_code == 404
    simulator.settings(import_status="absent")
    assert api("GET", "/import/status/").status_code == 404


@pytest.mark.parametrize(("option", "calls"), [("1", 1), ("True", 1), ("0", 0), ("False", 0)])
def test_an_import_triggers_automations_only_when_asked(simulator, api, receiver, option, calls):
    simulator.automations({"trigger": "new_user", "url": receiver.url})
    upload(api, "email\na@x.yz\n", trigger_automations=option)
    simulator.quiet(0)
    assert len(receiver.received) == calls
