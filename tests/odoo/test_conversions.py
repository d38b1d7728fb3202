"""Conversions: what is sent, what comes back, what is refused, and that all comes to rest."""

from hypothesis import given
from hypothesis import strategies as st

from odoo.exceptions import ValidationError
from odoo.fields import Command

from .common_conversions import ConversionCase, quick


class TestSent(ConversionCase):
    def test_letters_and_spaces(self):
        for conversion, sent in (
            ("upper", "ACME  SP. Z O.O."),
            ("lower", "acme  sp. z o.o."),
            ("title", "Acme  Sp. Z O.O."),
            ("trim", "acme Sp. z o.o."),
            (False, "acme  Sp. z o.o."),
        ):
            with self.subTest(conversion):
                mapping = self.pair(self.backend, "ref", "text", conversion=conversion)
                self.assertEqual(self.value(self.somebody(ref=" acme  Sp. z o.o. ")), sent)
                mapping.unlink()

    def test_a_moment_as_its_day_where_the_contact_lives(self):
        self.custom_field("x_moment", "datetime")
        self.pair(self.backend, "x_moment", "text", conversion="date")
        contact = self.somebody(x_moment="2026-03-01 23:30:00", tz="Europe/Warsaw")
        self.assertEqual(self.value(contact), "2026-03-02")

    def test_several_tags_as_one_text_and_the_first_alone(self):
        tags = self.env["res.partner.category"].create([{"name": "B2B"}, {"name": "VIP"}])
        self.pair(self.backend, "category_id", "text", conversion="join", separator=" | ")
        self.define("First", "fixed", ["B2B", "VIP"])
        self.pair(self.backend, "category_id", "first", conversion="first")
        contact = self.somebody(category_id=[Command.set(tags.ids)])
        self.assertEqual(self.value(contact), "B2B | VIP")
        self.assertEqual(self.value(contact, "first"), ["B2B"])

    def test_a_text_in_place_of_no_value(self):
        self.pair(self.backend, "ref", "text", when_empty="none")
        self.define("Points", "integer")
        self.custom_field("x_points", "integer")
        self.pair(self.backend, "x_points", "points", when_empty="5")
        contact = self.somebody()
        self.assertEqual((self.value(contact), self.value(contact, "points")), ("none", 5))
        contact.write({"ref": "A1", "x_points": 0})
        self.drain()
        self.assertEqual((self.value(contact), self.value(contact, "points")), ("A1", 0))

    def test_a_first_name_for_those_who_have_none(self):
        self.backend.partner_domain = "[]"
        first = self.mapping("first_name")
        first.when_empty = "Dear Customer"
        company = self.somebody(name="Acme Ltd", is_company=True)
        person = self.somebody(name="Anna Maria Nowak")
        for _run in range(2):
            self.drain()
        names = [
            (self.remote(each)["first_name"], self.remote(each)["last_name"])
            for each in (company, person)
        ]
        self.assertEqual(names, [("Dear Customer", "Acme Ltd"), ("Anna", "Maria Nowak")])
        self.assertEqual(first.direction, "export")

    def test_by_a_csv_file(self):
        self.pair(self.backend, "ref", "text", conversion="upper", when_empty="none")
        self.backend.partner_domain = "[('email', '=like', '%@csv.org')]"
        self.contact(name="Jan", email="jan@csv.org", ref="a1")
        self.contact(name="Ewa", email="ewa@csv.org")
        self.env.cr.flush()
        self.env["usercom.outbox"].search([]).unlink()
        sync = self.env["usercom.sync"].create({"direction": "export", "use_csv": True})
        sync.action_preview()
        for _run in range(2):
            self.drain()
        sync.action_run()
        for _run in range(3):
            self.drain()
        self.assertIn("POST /users/import/", self.calls())
        texts = {user["email"]: user["attributes"].get("text") for user in self.simulator.users()}
        self.assertEqual(texts, {"jan@csv.org": "A1", "ewa@csv.org": "none"})


class TestBothWays(ConversionCase):
    def answers(self, **values):
        texts = {"yes_text": "Tak", "no_text": "Nie", **values}
        self.custom_field("x_vip", "boolean")
        return self.pair(self.backend, "x_vip", "text", conversion="yes_no", **texts)

    def segments(self):
        """A value table of three industries, one of which is not sent."""
        self.industries = {name: self.industry(name) for name in ("Farms", "Mines", "Ships")}
        mapping = self.pair(self.backend, "industry_id", "text", conversion="table")
        self.table(mapping, Farms="segment A", Mines="segment B")
        return mapping

    def test_yes_and_no_are_texts_of_ones_own(self):
        self.answers()
        contact = self.somebody(x_vip=True)
        self.assertEqual(self.value(contact), "Tak")
        self.change_there(contact, text="nie")
        self.assertIs(contact.x_vip, False)
        self.assertEqual(self.writes(), [])

    def test_a_table_turns_records_into_texts_and_back(self):
        self.assertEqual(self.segments().direction, "both")
        contact = self.somebody(industry_id=self.industries["Farms"].id)
        self.assertEqual(self.value(contact), "segment A")
        self.change_there(contact, text="SEGMENT B")
        self.assertEqual(contact.industry_id, self.industries["Mines"])
        self.assertEqual(self.writes(), [])
        self.assertFalse(self.env["usercom.conflict"].search([("partner_id", "=", contact.id)]))

    def test_another_spelling_is_the_same_when_contact_and_user_meet(self):
        self.segments()
        self.define("Line", "string")
        self.define("Vip", "string")
        self.pair(self.backend, "ref", "line", conversion="trim")
        self.custom_field("x_vip", "boolean")
        texts = {"yes_text": "Tak", "no_text": "Nie"}
        self.pair(self.backend, "x_vip", "vip", conversion="yes_no", **texts)
        spelled = {"text": "SEGMENT A", "line": " kl  17", "vip": "TAK"}
        for policy in ("odoo", "usercom"):
            with self.subTest(policy):
                self.backend.mapping_ids.conflict_policy = policy
                email = f"{policy}@example.org"
                user_id = self.person(email=email, first_name="Jan", last_name="Nowak", **spelled)
                contact = self.contact(
                    name="Jan Nowak",
                    email=email,
                    industry_id=self.industries["Farms"].id,
                    ref="kl 17",
                    x_vip=True,
                )
                for _run in range(2):
                    self.drain()
                self.assertEqual(self.binding(contact).external_id, user_id)
                self.assertEqual({key: self.value(contact, key) for key in spelled}, spelled)
                self.assertEqual(contact.industry_id, self.industries["Farms"])
                self.assertEqual((contact.ref, contact.x_vip), ("kl 17", True))
                conflicts = self.env["usercom.conflict"].search([("partner_id", "=", contact.id)])
                self.assertFalse(conflicts)

    def test_another_spelling_there_is_no_change_that_overrules_an_edit(self):
        self.segments()
        self.define("Line", "string")
        self.pair(self.backend, "ref", "line", conversion="trim")
        self.pair(self.backend, "country_id", "country")
        self.backend.mapping_ids.conflict_policy = "usercom"
        spelled = {"text": "SEGMENT A", "line": " kl  17", "country": "Poland"}
        edits = (
            ({"ref": "kl 18"}, "line", "kl 18"),
            ({"ref": False}, "line", None),
            ({"industry_id": self.industries["Mines"].id}, "text", "segment B"),
            ({"country_id": self.env.ref("base.de").id}, "country", "DE"),
        )
        for number, (edit, key, sent) in enumerate(edits):
            with self.subTest(edit):
                email = f"spelled{number}@example.org"
                contact = self.contact(
                    email=email,
                    ref="kl 17",
                    industry_id=self.industries["Farms"].id,
                    country_id=self.env.ref("base.pl").id,
                )
                user_id = self.person(email=email, **spelled)
                for _run in range(2):
                    self.drain()
                self.assertEqual(self.binding(contact).external_id, user_id)
                contact.write(edit)
                self.receive(id=user_id)  # the user is read before the edit is sent
                self.drain()
                user = self.remote(contact)
                self.assertEqual(user.get(key, user["attributes"].get(key)), sent)

    def test_a_table_of_choices_goes_with_numbers_and_yes_and_no(self):
        self.custom_field(
            "x_level", "selection", selection_ids=[
                Command.create({"value": "low", "name": "Low"}),
                Command.create({"value": "high", "name": "High"}),
            ],
        )  # fmt: skip
        for kind, texts, sent in (("integer", ("1", "2"), 2), ("boolean", ("no", "yes"), True)):
            with self.subTest(kind):
                key = f"as_{kind}"
                self.define(key, kind)
                lines = zip(("low", "high"), texts, strict=True)
                mapping = self.pair(
                    self.backend,
                    "x_level",
                    key,
                    conversion="table",
                    value_ids=[
                        Command.create({"odoo_key": left, "usercom_value": right})
                        for left, right in lines
                    ],
                )
                self.assertEqual(mapping.direction, "both")
                contact = self.somebody(x_level="high")
                self.assertEqual(self.value(contact, key), sent)
                mapping.unlink()

    def test_what_the_table_lacks_is_told_and_the_rest_goes(self):
        self.segments()
        contact = self.somebody(industry_id=self.industries["Ships"].id, phone="+48601111222")
        self.assertIsNone(self.value(contact))
        self.assertEqual(self.remote(contact)["phone_number"], "+48601111222")
        self.assertIn("Ships", self.binding(contact).last_error)
        self.change_there(contact, text="segment C")
        self.assertEqual(contact.industry_id, self.industries["Ships"])

    def test_a_renamed_record_keeps_its_text_and_a_new_one_is_added(self):
        mapping = self.segments()
        contact = self.somebody(industry_id=self.industries["Farms"].id)
        self.industries["Farms"].name = "Agriculture"
        self.drain()
        self.assertEqual(self.value(contact), "segment A")
        self.industry("Shops")
        mapping.action_add_values()
        self.assertIn(("Shops", "Shops"), self.lines(mapping))
        self.assertIn(("Agriculture", "segment A"), self.lines(mapping))

    def lines(self, mapping):
        return [(line.odoo_name, line.usercom_value) for line in mapping.value_ids]

    def test_two_values_with_one_text_are_only_sent(self):
        mapping = self.segments()
        self.table(mapping, Farms="segment A", Mines="Segment a")
        self.assertEqual(mapping.direction, "export")
        with self.assertRaisesRegex(ValidationError, "only be synced in this direction"):
            mapping.direction = "both"

    def test_a_changed_text_is_sent_to_those_who_have_it(self):
        mapping = self.segments()
        contact = self.somebody(industry_id=self.industries["Farms"].id)
        self.table(mapping, Farms="segment X", Mines="segment B")
        for _run in range(2):
            self.drain()
        self.assertEqual(self.value(contact), "segment X")

    def test_a_new_table_has_the_names_that_are_sent_today(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        farms = self.industry("Farms")
        farms.with_context(lang="pl_PL").name = "Rolnictwo"
        self.backend.company_id.partner_id.lang = "en_US"
        mapping = self.pair(self.backend, "industry_id", "text")
        mapping.with_context(lang="pl_PL").conversion = "table"
        line = mapping.value_ids.filtered(lambda line: line.odoo_key == str(farms.id))
        self.assertEqual(line.usercom_value, "Farms")
        self.assertEqual(line.with_context(lang="pl_PL").odoo_name, "Rolnictwo")

    def test_another_field_gets_another_table(self):
        mapping = self.segments()
        mapping.field_id = self.field("country_id")
        self.assertIn(("Poland", "PL"), self.lines(mapping))
        self.assertNotIn("Farms", mapping.value_ids.mapped("odoo_name"))

    def test_whatever_is_said_and_edited_both_sides_end_the_same_and_at_rest(self):
        self.answers()
        self.define("Segment", "string")
        industries = [self.industry(name) for name in ("Farms", "Mines")]
        table = self.pair(self.backend, "industry_id", "segment", conversion="table")
        self.table(table, Farms="A", Mines="B")
        self.define("Line", "string")
        self.pair(self.backend, "ref", "line", conversion="trim")
        odoo = st.tuples(
            st.booleans(), st.sampled_from([0, 1, None]), st.text("a \t", max_size=4)
        ).map(
            lambda v: {
                "x_vip": v[0],
                "industry_id": False if v[1] is None else industries[v[1]].id,
                "ref": v[2],
            }
        )
        remote = st.fixed_dictionaries(
            {
                "text": st.sampled_from(["Tak", "nie", "TAK"]),
                "segment": st.sampled_from(["A", "b", None]),
                "line": st.sampled_from(["a a", "a  a", "b", None]),
            }
        )

        @quick
        @given(
            st.sampled_from(("odoo", "usercom", "newest")),
            st.lists(st.one_of(odoo, remote), min_size=1, max_size=4),
        )
        def holds(policy, changes):
            self.backend.mapping_ids.conflict_policy = policy
            contact = self.somebody()
            for values in changes:
                if "text" in values:
                    self.change_there(contact, **values)
                else:
                    contact.write(values)
                    self.drain()
            self.simulator.clear_journal()
            contact.comment = "an edit of something else"
            self.receive(id=self.binding(contact).external_id)
            self.drain()
            self.assertEqual(self.writes(), [], changes)
            user = self.remote(contact)["attributes"]
            self.assertEqual((user.get("text") or "nie").casefold() == "tak", contact.x_vip)
            segment = {industries[0]: "a", industries[1]: "b"}.get(contact.industry_id)
            self.assertEqual((user.get("segment") or "").casefold() or None, segment)
            self.assertEqual((user.get("line") or "").split(), (contact.ref or "").split(), changes)

        holds()
