"""The calls of the API: what is sent, and every documented shape of the answer."""

import io

import pytest
from usercom import (
    STANDARD_ATTRIBUTES,
    Account,
    Attribute,
    ForbiddenError,
    ImportReport,
    InvalidKeyError,
    NotFoundError,
    RejectedError,
    ServerError,
)

from .stub import HTML, MISSING, Answer

JANE = {"id": 7, "email": "Jane@Example.com", "custom_id": "odoo-1", "phone_number": "+48 600 1"}
FORBIDDEN = Answer({"detail": "No permission."}, 403)
PAGE = {"results": [], "next": None}


class TestProbe:
    @pytest.mark.parametrize(
        ("read", "write", "account"),
        [
            (PAGE, MISSING, Account(can_read=True, can_write=True)),
            (PAGE, FORBIDDEN, Account(can_read=True, can_write=False)),
            (FORBIDDEN, MISSING, Account(can_read=False, can_write=True)),
            (PAGE, Answer({"email": ["Required."]}, 400), Account(can_read=True, can_write=True)),
            (PAGE, Answer(HTML, 404), Account(can_read=True, can_write=True)),
        ],
    )
    def test_scopes(self, stub, client, read, write, account):
        stub.on("GET /attributes/", read)
        stub.on("PUT /users/0/", write)
        assert client.probe() == account

    def test_a_key_that_may_do_nothing(self, stub, client):
        stub.on("GET /attributes/", FORBIDDEN)
        stub.on("PUT /users/0/", FORBIDDEN)
        with pytest.raises(ForbiddenError):
            client.probe()

    def test_an_unknown_key(self, stub, client):
        stub.on("GET /attributes/", Answer({"detail": "Invalid token."}, 401))
        with pytest.raises(InvalidKeyError):
            client.probe()

    def test_an_address_that_is_not_user_com(self, stub, client):
        with pytest.raises(RejectedError):
            client.probe()


class TestWrite:
    @pytest.mark.parametrize("status", [200, 201])
    def test_create(self, stub, client, status):
        stub.on("POST /users/", Answer(JANE, status))
        assert client.create_user({"email": "jane@example.com"}).id == 7
        assert stub.requests[0].json == {"email": "jane@example.com"}

    def test_create_that_answers_with_an_id_is_read_back(self, stub, client):
        stub.on("POST /users/", {"created": True, "id": 7})
        stub.on("GET /users/7/", JANE)
        assert client.create_user({}).email == "Jane@Example.com"

    @pytest.mark.parametrize("answer", [None, {"status": "ok"}, []])
    def test_create_that_tells_no_id(self, stub, client, answer):
        stub.on("POST /users/", answer)
        with pytest.raises(ServerError):
            client.create_user({})

    @pytest.mark.parametrize("answer", [JANE, {"status": "ok"}, None])
    def test_update(self, stub, client, answer):
        stub.on("PUT /users/7/", answer)
        stub.on("GET /users/7/", JANE)
        assert client.update_user(7, {"city": None}).custom_id == "odoo-1"
        assert stub.requests[0].json == {"city": None}

    def test_update_of_nobody(self, client):
        with pytest.raises(NotFoundError):
            client.update_user(7, {})

    @pytest.mark.parametrize("answer", [Answer(None, 204), Answer({"status": "ok"}, 200)])
    def test_delete(self, stub, client, answer):
        stub.on("DELETE /users/7/", answer)
        client.delete_user(7)
        assert stub.requests[0].method == "DELETE"

    def test_merge(self, stub, client):
        stub.on("POST /users/merge/", {"success": True})
        client.merge_users(11, [2, 5])
        assert stub.requests[0].json == {"parent": 11, "users_list": [2, 5]}

    @pytest.mark.parametrize("refusal", [{"users_list": ["Unknown."]}, HTML])
    def test_a_merge_by_the_other_name_of_the_list(self, stub, client, refusal):
        refusal = Answer(refusal, 400)
        stub.on("POST /users/merge/", refusal, {"success": True})
        client.merge_users(11, [2])
        assert stub.requests[1].json == {"parent": 11, "user_list": [2]}

    def test_a_merge_that_is_refused_either_way(self, stub, client):
        stub.on("POST /users/merge/", Answer({"parent": ["Unknown."]}, 400))
        with pytest.raises(RejectedError):
            client.merge_users(11, [2])

    def test_a_merge_of_nobody_is_asked_once(self, stub, client):
        with pytest.raises(NotFoundError):
            client.merge_users(11, [2])
        assert len(stub.requests) == 1

    def test_a_merge_that_did_not_succeed(self, stub, client):
        stub.on("POST /users/merge/", {"success": False})
        with pytest.raises(RejectedError):
            client.merge_users(11, [2])

    @pytest.mark.parametrize(("is_standard", "kind"), [(True, "standard"), (False, "custom")])
    def test_one_value_for_many(self, stub, client, is_standard, kind):
        stub.on(f"PUT /users/mass_update_{kind}_attributes/", {"status": "ok"})
        attribute = Attribute("Country", "country", "string", is_standard=is_standard)
        client.update_users(attribute, "USA", [1, 2])
        assert stub.requests[0].json == {"ids": [1, 2], "attribute": "country", "value": "USA"}

    @pytest.mark.parametrize("refusal", [{"detail": "Method not allowed."}, HTML, None])
    def test_one_value_for_many_where_only_post_will_do(self, stub, client, refusal):
        path = "/users/mass_update_custom_attributes/"
        stub.on(f"PUT {path}", Answer(refusal, 405))
        stub.on(f"POST {path}", {"status": "ok"})
        client.update_users(Attribute("A", "a", "string"), "x", [1])
        assert [request.method for request in stub.requests] == ["PUT", "POST"]

    def test_one_value_for_many_that_is_refused(self, stub, client):
        path = "/users/mass_update_custom_attributes/"
        stub.on(f"PUT {path}", Answer({"value": ["Too long."]}, 400))
        with pytest.raises(RejectedError):
            client.update_users(Attribute("A", "a", "string"), "x", [1])
        assert len(stub.requests) == 1


class TestAttributes:
    def test_standard_ones_then_those_of_contacts(self, stub, client):
        def define(name, content_type, value_type="string"):
            return {"name": name, "content_type": content_type, "value_type": value_type}

        following = f"{stub.url}/api/public/attributes/?cursor=2"
        stub.on(
            "GET /attributes/",
            {"results": [define("A", "clientuser"), define("B", "deal")], "next": following},
            {"results": [define("C", "user"), define("Email", "user"), define("a", "user")]},
        )
        attributes = client.attributes()
        assert tuple(attributes[: len(STANDARD_ATTRIBUTES)]) == STANDARD_ATTRIBUTES
        assert [attribute.name for attribute in attributes[len(STANDARD_ATTRIBUTES) :]] == [
            "A",
            "C",
        ]

    def test_types_unknown_to_us_are_left_out(self, stub, client):
        item = {"name": "A", "content_type": "user", "value_type": "geo"}
        stub.on("GET /attributes/", {"results": [item]})
        assert client.attributes() == list(STANDARD_ATTRIBUTES)

    @pytest.mark.parametrize("item", [None, {"name": None, "content_type": "user"}, 5])
    def test_what_is_no_attribute_is_left_out(self, stub, client, item):
        size = {"name": "Size", "content_type": "user", "value_type": "string"}
        stub.on("GET /attributes/", {"results": [item, size]})
        assert client.attributes()[-1] == Attribute("Size", "size", "string")

    @pytest.mark.parametrize("item", [None, {"content_type": "user"}, 5])
    def test_what_is_no_attribute(self, stub, client, item):
        stub.on("GET /attributes/", {"results": [item]})
        with pytest.raises(ServerError):
            client.attributes()

    def test_create(self, stub, client):
        answer = {"id": 46, "name": "Size", "name_std": "size", "value_type": "fixed"}
        stub.on("POST /attributes/", Answer(answer, 201))
        created = client.create_attribute("Size", "fixed", ["S", "M"], multiple=True)
        assert created == Attribute("Size", "size", "fixed", ("S", "M"), multiple=True)
        assert stub.requests[0].json == {
            "content_type": "clientuser",
            "name": "Size",
            "value_type": "fixed",
            "choices": ["S", "M"],
            "allow_multiple_choices": True,
        }

    def test_create_without_choices(self, stub, client):
        stub.on("POST /attributes/", {"name": "Consent", "value_type": "boolean"})
        created = client.create_attribute("Consent", "boolean")
        assert created == Attribute("Consent", "consent", "boolean")
        assert "choices" not in stub.requests[0].json


class TestImport:
    REPORT = {"id": "u-1", "total_count": 2, "succeeded": 1, "failed": 1, "rows_with_errors": [3]}

    @pytest.mark.parametrize("csv", [b"email\na@b.c\n", io.BytesIO(b"email\na@b.c\n")])
    @pytest.mark.parametrize(("trigger", "sent"), [(False, b"0"), (True, b"1")])
    def test_upload(self, stub, client, csv, trigger, sent):
        if isinstance(csv, io.BytesIO):
            csv.seek(0)
        stub.on("POST /users/import/", {"success": True, "data": self.REPORT})
        report = client.imports.users(csv, trigger_automations=trigger)
        assert report == ImportReport("u-1", total=2, succeeded=1, failed=1, errors=(3,))
        request = stub.requests[0]
        assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
        assert b'name="input_file"; filename="users.csv"' in request.body
        assert b"a@b.c" in request.body
        assert b'name="trigger_automations"\r\n\r\n' + sent in request.body
        assert request.query == {"trigger_automations": [sent.decode()]}

    def test_one_of_which_only_the_id_is_told(self, stub, client):
        stub.on("POST /users/import/", {"success": True, "data": {"import_id": "u-1"}})
        report = client.imports.users(b"email\na@b.c\n")
        assert (report.id, report.finished) == ("u-1", False)

    @pytest.mark.parametrize(
        ("report", "finished"),
        [
            ({"status": "finished", "finished_at": "2025-06-01"}, True),
            ({"status": "finished"}, True),
            ({"status": "weird", "finished_at": "2025-06-01"}, True),
            ({"status": "weird"}, False),
            ({"status": "finished", "finished_at": None}, False),
        ],
    )
    def test_how_far_one_is(self, stub, client, report, finished):
        stub.on("GET /import/status/", {"success": True, "data": {**self.REPORT, **report}})
        status = client.imports.status("u-1")
        assert (status.failed, status.finished) == (1, finished)
        assert stub.requests[0].query == {"import_id": ["u-1"]}

    def test_how_far_one_of_all_is(self, stub, client):
        others = [{**self.REPORT, "id": "u-0"}, {**self.REPORT, "failed": 0}]
        stub.on("GET /import/status/", {"success": True, "data": others})
        assert client.imports.status("u-1").failed == 0

    @pytest.mark.parametrize("answer", [MISSING, Answer(HTML, 404), Answer({}, 405), {}, [], None])
    def test_where_nobody_tells_how_far_one_is(self, stub, client, answer):
        stub.on("GET /import/status/", answer)
        assert client.imports.status("u-1") is None

    def test_a_failure_tells_nothing_of_an_import(self, stub, client):
        stub.on("GET /import/status/", Answer(HTML, 502))
        with pytest.raises(ServerError):
            client.imports.status("u-1")

    @pytest.mark.parametrize(("finished_at", "finished"), [(None, False), ("2021-02-01", True)])
    def test_one_that_goes_on(self, stub, client, finished_at, finished):
        report = {**self.REPORT, "finished_at": finished_at}
        stub.on("POST /users/import/", {"success": True, "data": report})
        assert client.imports.users(b"").finished is finished

    def test_automations_stay_off_unless_asked_for(self, stub, client):
        stub.on("POST /users/import/", {"success": True, "data": self.REPORT})
        client.imports.users(b"email\na@b.c\n")
        assert b'name="trigger_automations"\r\n\r\n0' in stub.requests[0].body

    def test_no_success(self, stub, client):
        stub.on("POST /users/import/", {"success": False})
        with pytest.raises(RejectedError):
            client.imports.users(b"")

    @pytest.mark.parametrize("answer", [None, {}, {"data": None}, {"data": {"id": "u"}}])
    def test_no_report(self, stub, client, answer):
        stub.on("POST /users/import/", answer)
        with pytest.raises(ServerError):
            client.imports.users(b"")
