"""What a call of the webhook cannot do, whatever it says: over HTTP, worked off by the drain."""

from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import HttpCase

from .common import UsercomCase

STRANGE = {  # attributes that bear the names of Odoo's fields
    "credit_limit": 1000000,
    "company_id": 2,
    "active": False,
    "user_ids": [2],
    "user_id": 2,
    "parent_id": 1,
    "vat": "PL1234567883",
    "ref": "forged",
    "comment": "forged",
    "usercom_key": "999",
    "write({'active': False})": "x",
}
OURS = {"usercom_synced_at", "write_date", "message_ids"}


class BoundsCase(UsercomCase, HttpCase):
    def tell(self, body):
        """Call as User.com does with the token of the first company's account."""
        headers = {"X-Usercom-Token": self.backend.webhook_token}
        answer = self.url_open("/usercom/webhook", json=body, headers=headers)
        self.assertEqual(answer.status_code, 200)

    def payload(self, user_id, more):
        """The body of an API call about the user as it is, and what somebody has added."""
        said = self.simulator.user(user_id)
        user = {**said, **said.pop("attributes"), **more, "id": user_id}
        return {"timestamp": "2030-01-01T00:00:00+00:00", "extra": more, "user": user}


class TestOtherCompanies(BoundsCase):
    """A call to one company's account about the contact of another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.other = cls.account(cls.elsewhere, "elsewhere")

    def setUp(self):
        super().setUp()
        self.backend.write({"custom_id_policy": "database_id", "match_phone": True})
        self.theirs = self.contact(
            email="anna@example.org", phone="+48221111111", company_id=self.elsewhere.id
        )
        self.user_id = self.person(
            custom_id=str(self.theirs.id), phone_number="+48221111111", first_name="Forged"
        )
        link = {"partner_id": self.theirs.id, "external_id": self.user_id, "state": "synced"}
        self.env["usercom.binding"].create({"backend_id": self.other.id, **link})
        for company in (self.elsewhere, self.backend.company_id):
            self.theirs.with_company(company).usercom_key = str(self.user_id)

    def test_no_way_of_naming_a_contact_of_another_company_touches_it(self):
        before, links = self.theirs.read()[0], self.theirs.usercom_binding_ids
        for believed in (False, True):
            self.backend.use_webhook_values = believed
            for body in (
                {"extra": {"id": self.user_id}},
                {"extra": {"custom_id": str(self.theirs.id)}},
                {"extra": {"email": "anna@example.org"}},
                self.payload(self.user_id, {"phone_number": "666666666", "email_consent": False}),
            ):
                with self.subTest(believed=believed, body=str(body)[:40]):
                    self.tell(body)
                    self.drain()
                    self.assertEqual(self.theirs.read()[0], before)
                    self.assertEqual(self.theirs.usercom_binding_ids, links)
        rows = self.env["usercom.inbox"].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(set(rows.mapped("state")), {"done"})
        self.assertNotIn(self.theirs, rows.partner_id)
        self.assertFalse(self.env["usercom.inbox"].search([("backend_id", "=", self.other.id)]))


class TestUnmappedAttributes(BoundsCase):
    """Only what a mapping lets in is written."""

    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        for name in STRANGE:
            cls.simulator.attribute(name, "string")

    def setUp(self):
        super().setUp()
        self.backend.action_fetch_attributes()
        self.pair(self.backend, "comment", "comment", direction="export")

    def forged(self, email):
        known = {name for name in STRANGE if name.isidentifier()}
        return self.person(email=email, **{name: str(STRANGE[name]) for name in known})

    def test_of_a_known_person_only_mapped_values_are_written(self):
        for believed in (False, True):
            with self.subTest(believed=believed):
                self.backend.use_webhook_values = believed
                email = f"{believed}@example.org"
                contact = self.synced(email=email, phone="111111111", comment="ours")
                before = contact.read()[0]
                user_id, news = self.binding(contact).external_id, {"phone_number": "666666666"}
                self.simulator.patch_user(user_id, vat="forged", ref="forged", **news)
                self.tell(self.payload(user_id, STRANGE | news))
                self.drain()
                after = contact.read()[0]
                changed = {name for name in before if before[name] != after[name]}
                self.assertEqual(changed - OURS, {"phone"})
                self.assertEqual(self.calls("GET") == [], believed)

    def test_of_a_new_person_only_mapped_values_are_written(self):
        for believed in (False, True):
            with self.subTest(believed=believed):
                self.backend.use_webhook_values = believed
                email = f"{believed}@example.org"
                user_id = self.forged(email)
                self.tell(self.payload(user_id, STRANGE))
                self.drain()
                made, plain = self.found(email), self.contact(name="Somebody")
                self.assertEqual(made.usercom_key, str(user_id))
                for name in STRANGE.keys() & made._fields.keys() - {"usercom_key"}:
                    self.assertEqual(made[name], plain[name], name)


class Guess(str):
    """A token that must not be compared but in constant time."""

    __hash__ = None

    def __eq__(self, other):
        raise AssertionError("compared by ==")

    __ne__ = __eq__

    def encode(self, *_codec):
        return GuessedBytes(str.encode(self))


class GuessedBytes(bytes):
    __hash__ = None
    __eq__ = __ne__ = Guess.__eq__


class TestToken(BoundsCase):
    """Neither how long it takes nor what is asked of the database tells how good a guess was."""

    def look_up(self, token):
        """``(account, SQL with its values)`` of looking up ``token``."""
        asked, execute = [], Cursor.execute

        def noted(cursor, query, params=None, log_exceptions=True):
            asked.append(repr((query, params)))
            return execute(cursor, query, params, log_exceptions)

        self.env.flush_all()
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        with patch.object(Cursor, "execute", noted):
            found = self.env["usercom.backend"].sudo()._by_webhook_token(token)
        return found, asked

    def guesses(self):
        token = self.backend.webhook_token
        return [token[:-1], token + "x", token[:1], "nothing like it", "żółw", "\x00", "x" * 9999]

    def test_a_token_is_compared_in_constant_time_only(self):
        for token in self.guesses():
            self.assertFalse(self.look_up(Guess(token))[0], token)
        self.assertEqual(self.look_up(Guess(self.backend.webhook_token))[0], self.backend)

    def test_the_database_is_asked_the_same_for_every_token(self):
        self.backend.action_rotate_webhook_token()
        known = [self.backend.webhook_token, self.backend.webhook_previous_token]
        asked = [self.look_up(token)[1] for token in (*known, *self.guesses(), "", None)]
        for queries in asked:
            self.assertEqual(queries, asked[0])
        for token in known:
            self.assertNotIn(token, str(asked))

    def test_a_path_of_any_bytes_is_answered_alike(self):
        right = self.backend.webhook_token
        for token in ("%00", "%ff%fe", "%ED%A0%80", "%F0%9F%98%80", "%C5%BC", f"{right}%20"):
            with self.subTest(token):
                answer = self.url_open(f"/usercom/webhook/{token}", data="{}")
                self.assertEqual(
                    (answer.status_code, answer.json()["status"]), (401, "unauthorized")
                )
