"""The webhook, met over HTTP as User.com meets it."""

import json
import logging
from contextlib import closing
from http.client import HTTPConnection
from unittest.mock import patch
from urllib.parse import urlsplit

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import HttpCase

from odoo.addons.usercom_connector.services.inbox import webhook
from odoo.addons.usercom_connector.services.inbox.webhook import CallRate

from .common import UsercomCase

BODY = {
    "path": 6,
    "timestamp": "2026-02-01T07:27:44.469241+00:00",
    "extra": {"email": "anna@example.org"},
    "user": {"id": 7, "key": "x7NM5xw2eFxl", "email": "anna@example.org", "status": "user"},
}


class TestWebhook(UsercomCase, HttpCase):
    def call(self, body=None, token=None, path="/usercom/webhook", **options):
        headers = {"Content-Type": "application/json", **options.pop("headers", {})}
        if token is None:
            headers["X-Usercom-Token"] = self.backend.webhook_token
        elif token:
            headers["X-Usercom-Token"] = token
        data = body if isinstance(body, bytes | str) else json.dumps(body or BODY)
        return self.url_open(path, data=data, headers=headers, **options)

    def plainly(self, path, body):
        """The status of a call whose path goes out as it is written."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection = HTTPConnection(urlsplit(self.base_url()).netloc, timeout=10)
        with closing(connection), self.allow_requests(all_requests=True):
            connection.request("POST", path, body, headers)
            return connection.getresponse().status

    def rows(self):
        return self.env["usercom.inbox"].search([("backend_id", "=", self.backend.id)])

    def test_a_call_is_stored_and_accepted(self):
        answer = self.call()
        self.assertEqual((answer.status_code, answer.json()), (200, {"status": "accepted"}))
        row = self.rows()
        self.assertEqual((row.external_id, row.state), (7, "pending"))
        user = {"id": 7, "email": "anna@example.org"}
        self.assertEqual(
            row.payload, {"timestamp": BODY["timestamp"], "extra": BODY["extra"], "user": user}
        )

    def test_no_session_and_no_cookie(self):
        self.opener.cookies.clear()
        self.assertNotIn("Set-Cookie", self.call().headers)

    def test_the_token_may_stand_in_the_path(self):
        answer = self.call(token="", path=f"/usercom/webhook/{self.backend.webhook_token}")
        self.assertEqual(answer.status_code, 200)

    def test_the_body_is_read_under_any_content_type(self):
        body = json.dumps({"extra": {"email": "a+b@example.org", "name": "a=b&c=%41"}})
        for kind in (
            "application/json",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/octet-stream",
        ):
            with self.subTest(kind):
                answer = self.call(body, headers={"Content-Type": kind})
                self.assertEqual(answer.status_code, 200)
                self.assertEqual(self.rows()[0].payload, json.loads(body))

    def test_without_the_user_block_extra_names_the_user(self):
        for extra, ref in (
            ({"id": "12"}, "external_id:12"),
            ({"custom_id": "c-1"}, "custom_id:c-1"),
            ({"email": "Anna@Example.org"}, "email:anna@example.org"),
        ):
            with self.subTest(ref):
                self.assertEqual(self.call({"extra": extra}).status_code, 200)
                self.assertEqual(self.rows()[0].user_ref, ref)

    def test_a_missing_or_wrong_token_gets_one_and_the_same_answer(self):
        answers = [self.call(token=token) for token in ("wrong", "żółw".encode(), "x" * 5000)]
        answers.append(self.call(token="", path="/usercom/webhook"))
        answers.append(self.call(token="", path="/usercom/webhook/wrong"))
        answers.append(self.call("no json", token="wrong"))
        self.assertEqual({a.status_code for a in answers}, {401})
        self.assertEqual(len({a.text for a in answers}), 1)
        self.assertFalse(self.rows())

    def test_a_body_that_names_nobody_is_refused(self):
        for body in (
            "no json",
            "[1]",
            '"text"',
            "null",
            "NaN",
            '{"extra": {"id": NaN}}',
            '{"extra": {"email": "a\\u0000@b.c"}}',
            '{"extra": {"email": "\\ud800@b.c"}}',
            "{" * 5,
            "[" * 100_000,
            '{"extra": ' + "[" * 5_000 + "]" * 5_000 + "}",
            b"\xff\xfe\x00",
            {"extra": {"name": "Anna"}},
            {"extra": {"id": True}},
            {"extra": {"id": 10**400}},
            {"extra": {"id": -1}},
            {"user": {}, "extra": []},
        ):
            with self.subTest(str(body)[:30]):
                self.assertEqual(self.call(body).status_code, 400)
        self.assertFalse(self.rows())

    def test_a_body_over_one_mebibyte_is_refused(self):
        filler = "x" * 2**20
        self.assertEqual(self.call({**BODY, "filler": filler}).status_code, 413)
        fits = {**BODY, "filler": ""}
        fits["filler"] = "x" * (2**20 - len(json.dumps(fits)))
        self.assertEqual(self.call(fits).status_code, 200)

    def test_only_post_is_served(self):
        self.assertEqual(self.url_open("/usercom/webhook").status_code, 405)

    def test_an_account_that_never_ran_says_so(self):
        for state, status in (("draft", 409), ("authenticated", 409), ("paused", 200)):
            with self.subTest(state):
                self.backend.state = state
                self.assertEqual(self.call().status_code, status)

    def test_the_user_block_of_api_v1_is_understood(self):
        body = {
            "extra": {},
            "user": {"id": "7", "user_id": "c-7", "key": "x7NM5xw2eFxl", "odd": [{}]},
        }
        self.assertEqual(self.call(body).status_code, 200)
        self.assertEqual((self.rows().external_id, self.rows().custom_id), (7, "c-7"))

    def test_a_user_block_that_names_nobody_leaves_it_to_extra(self):
        body = {"extra": {"email": "anna@example.org"}, "user": {"name": "Anna"}}
        self.assertEqual(self.call(body).status_code, 200)
        self.assertEqual(self.rows().user_ref, "email:anna@example.org")

    def test_the_token_is_in_no_log(self):
        token = self.backend.webhook_token
        path = f"/usercom/webhook/{token}"
        with self.assertLogs("odoo", "DEBUG") as odoo:
            self.call(token="", path=path)
            self.call(token="", path=f"{path}?x=1", body="no json")
            self.url_open(path)
        self.assertNotIn(token, "\n".join(odoo.output))
        line = ('"%s" %s %s', (f"POST {path}?x=1 HTTP/1.1", "200", 20))  # of the access log
        record = logging.makeLogRecord(dict(zip(("msg", "args"), line, strict=True)))
        logging.getLogger("werkzeug").filter(record)
        self.assertEqual(record.getMessage(), '"POST /usercom/webhook/*** HTTP/1.1" 200 20')

    def test_only_the_header_and_the_plain_path_authenticate(self):
        token = self.backend.webhook_token
        encoded = "".join(f"%{ord(letter):02X}" for letter in token)
        for path, data in (
            (f"/usercom/webhook?token={token}", json.dumps(BODY)),
            (f"/usercom/webhook/x?token={token}", json.dumps(BODY)),
            ("/usercom/webhook", f"token={token}"),
            (f"/usercom/webhook/{encoded}", json.dumps(BODY)),
            (f"/usercom/%77ebhook/{token}", json.dumps(BODY)),
        ):
            with self.subTest(path):
                self.assertEqual(self.plainly(path, data), 401)

    def test_json_nested_deeper_than_32_levels_is_refused(self):
        for depth, status in ((31, 200), (32, 400), (970, 400)):
            deep = "[" * depth + "]" * depth
            with self.subTest(depth):
                body = f'{{"extra": {{"id": 7}}, "deep": {deep}}}'
                self.assertEqual(self.call(body).status_code, status)
                self.assertEqual(
                    self.call(body.replace("[", '{"a":[').replace("]", "]}")).status_code, 400
                )

    def test_above_the_bound_of_a_minute_user_com_is_asked_to_wait(self):
        self.backend.webhook_rate_limit = 3
        self.patch(webhook, "call_rate", CallRate())
        with freeze_time("2026-01-01 10:00:20"):
            answers = [self.call() for _time in range(5)]
            self.assertEqual(self.call(token="wrong").status_code, 401)
        self.assertEqual([a.status_code for a in answers], [200, 200, 200, 429, 429])
        self.assertEqual(answers[-1].json(), {"status": "too_many"})
        self.assertEqual(answers[-1].headers["Retry-After"], "40")
        with freeze_time("2026-01-01 10:01:00"):
            self.assertEqual(self.call().status_code, 200)

    def test_a_bound_of_0_is_none(self):
        self.backend.webhook_rate_limit = 0
        self.assertEqual({self.call().status_code for _time in range(5)}, {200})

    def test_calls_of_no_use_are_logged_once_a_minute(self):
        unrendered = {"extra": {"id": "{{ id }}", "email": "{{ email }}"}}
        for name, call in (
            ("refused_calls", {"token": "guess"}),
            ("nameless_calls", {"body": unrendered}),
        ):
            refused = webhook.RefusedCalls(f"{name}: %s")
            with (
                patch.object(webhook, name, refused),
                self.assertLogs(webhook.__name__, "WARNING") as logs,
            ):
                for _time in range(5):
                    self.call(**call)
            self.assertEqual([record.getMessage() for record in logs.records], [f"{name}: 1"])

    def test_a_test_of_our_own_is_not_logged(self):
        with self.assertNoLogs(webhook.__name__, "WARNING"):
            self.assertEqual(self.call("{}").status_code, 400)

    def test_an_account_without_a_token_lets_nobody_in(self):
        self.backend.webhook_token = False
        for token in ("", "False", "None"):
            self.assertEqual(self.call(token=token, headers={}).status_code, 401)

    def test_the_call_of_one_company_goes_to_its_own_account(self):
        other = self.account(self.env["res.company"].create({"name": "Elsewhere"}), "elsewhere")
        self.call(token=other.webhook_token)
        self.assertFalse(self.rows())
        self.assertTrue(self.env["usercom.inbox"].search([("backend_id", "=", other.id)]))

    def test_a_body_that_is_too_large_is_told_so_in_json(self):
        answer = self.call(b"x" * (2**20 + 1))
        self.assertEqual((answer.status_code, answer.json()), (413, {"status": "too_large"}))


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["\0", "\ud800", "1e999", "7" * 3000, "ż" * 300, "a@b.c"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMED = st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "custom_id", "email", "x"), JUNK))
BODIES = st.one_of(
    st.binary(max_size=200),
    JUNK.map(json.dumps),
    st.fixed_dictionaries({"user": NAMED | JUNK, "extra": NAMED | JUNK}).map(json.dumps),
    st.sampled_from(
        [
            '{"user": {"id": 7}, "n": 1e999}',
            '{"user": {"id": 7}, "n": ' + "9" * 5000 + "}",
            '{"user": {"id": 7}, "n": ' + "9" * 4000 + "}",
            '{"user": {"id": 7}, "d": ' + "[" * 900 + "]" * 900 + "}",
            '{"user": {"id": 7, "id": 8}, "user": {"id": 9}}',
            json.dumps({"user": {"custom_id": "c" * 5000}}),
            json.dumps({"user": {"email": "a" * 5000 + "@example.org"}}),
        ]
    ),
)


class TestFuzzedBodies(UsercomCase, HttpCase):
    def test_no_body_makes_the_server_fail(self):
        headers = {"X-Usercom-Token": self.backend.webhook_token}

        @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
        @given(BODIES)
        def is_answered(body):
            data = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
            answer = self.url_open("/usercom/webhook", data=data or b" ", headers=headers)
            self.assertIn(answer.status_code, (200, 400), body)

        is_answered()


class TestHowTheBodyComes(UsercomCase, HttpCase):
    def chunked(self, size):
        """Call without telling the length beforehand."""
        body = json.dumps({**BODY, "filler": ""})
        body = body.replace('"filler": "', '"filler": "' + "x" * (size - len(body))).encode()
        pieces = (body[at : at + 60_000] for at in range(0, len(body), 60_000))
        headers = {"X-Usercom-Token": self.backend.webhook_token}
        return self.url_open("/usercom/webhook", data=pieces, headers=headers)

    def test_a_chunked_body_is_read(self):
        self.assertEqual(self.chunked(2**20).status_code, 200)
        row = self.env["usercom.inbox"].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(row.external_id, 7)

    def test_a_chunked_body_over_one_mebibyte_is_refused(self):
        answer = self.chunked(2**20 + 1)
        self.assertEqual((answer.status_code, answer.json()), (413, {"status": "too_large"}))
