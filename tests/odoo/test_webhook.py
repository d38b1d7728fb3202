"""The webhook, met over HTTP as User.com meets it."""

import json

from odoo.tests import HttpCase

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

    def rows(self):
        return self.env["usercom.inbox"].search([("backend_id", "=", self.backend.id)])

    def test_a_call_is_stored_and_accepted(self):
        answer = self.call()
        self.assertEqual((answer.status_code, answer.json()), (200, {"status": "accepted"}))
        row = self.rows()
        self.assertEqual((row.external_id, row.state), (7, "pending"))
        self.assertEqual(row.payload, BODY)

    def test_no_session_and_no_cookie(self):
        self.opener.cookies.clear()
        self.assertNotIn("Set-Cookie", self.call().headers)

    def test_the_token_may_stand_in_the_path(self):
        answer = self.call(token="", path=f"/usercom/webhook/{self.backend.webhook_token}")
        self.assertEqual(answer.status_code, 200)

    def test_the_body_is_read_under_any_content_type(self):
        body = json.dumps({"extra": {"email": "a+b@example.org", "q": "a=b&c=%41"}})
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
