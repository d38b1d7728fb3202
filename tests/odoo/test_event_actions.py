"""The action "Send a User.com Event": on any record, without code, and nothing read unseen."""

import json
from datetime import date, datetime

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_actions import ServerActionWithWarningsError

from .common_events import EventCase

ODOO_ACTIONS = "odoo.addons.base.models.ir_actions"


class ActionCase(EventCase):
    def action(self, model="res.partner.bank", values=(), **options):
        """An action on the records of ``model`` that sends ``values``: (name, path, options)."""
        lines = [{"usercom_name": name, "path": path, **more} for name, path, more in values]
        return self.env["ir.actions.server"].create(
            {
                "name": "Tell User.com",
                "model_id": self.env["ir.model"]._get_id(model),
                "state": "usercom_event",
                "usercom_event_name": "account_added",
                "usercom_value_ids": [Command.create(line) for line in lines],
                **options,
            }
        )

    def bank(self, contact, **values):
        return self.env["res.partner.bank"].create(
            {"acc_number": "PL61 1090", "partner_id": contact.id, **values}
        )

    def run_on(self, action, records, user=None):
        context = {"active_model": records._name, "active_ids": records.ids}
        return action.with_user(user or self.env.user).with_context(**context).run()

    def sent(self, contact):
        """What User.com was told of the contact: (name, data without our own key)."""
        self.drain()
        found = self.simulator.events(self.binding(contact).external_id)
        return [
            (event["name"], {k: v for k, v in event["data"].items() if k != "odoo_key"})
            for event in found
        ]


class TestAction(ActionCase):
    def test_the_contact_is_found_by_the_usual_field(self):
        self.assertEqual(self.action().usercom_contact_path, "partner_id")
        self.assertFalse(self.action("res.partner").usercom_contact_path)

    def test_an_event_of_the_records_contact_is_sent(self):
        contact = self.synced(email="jan@example.org")
        action = self.action(values=[("number", "acc_number", {})])
        self.run_on(action, self.bank(contact))
        self.assertEqual(self.calls(), [])
        self.assertEqual(self.sent(contact), [("account_added", {"number": "PL61 1090"})])

    def test_each_record_is_one_event(self):
        contact = self.synced(email="jan@example.org")
        banks = self.bank(contact, acc_number="1") + self.bank(contact, acc_number="2")
        self.run_on(self.action(values=[("number", "acc_number", {})]), banks)
        numbers = [data["number"] for _name, data in self.sent(contact)]
        self.assertEqual(numbers, ["1", "2"])

    def test_an_event_of_a_contact_itself(self):
        contact = self.synced(email="jan@example.org", city="Łódź")
        self.run_on(self.action("res.partner", [("city", "city", {})]), contact)
        self.assertEqual(self.sent(contact), [("account_added", {"city": "Łódź"})])

    def test_a_contact_over_several_steps(self):
        mother = self.synced(name="Ewa", email="ewa@example.org")
        child = self.contact(name="Jan", parent_id=mother.id)
        self.run_on(self.action(usercom_contact_path="partner_id.parent_id"), self.bank(child))
        self.assertEqual(len(self.sent(mother)), 1)

    def test_the_name_comes_of_a_field_if_so_chosen(self):
        contact = self.synced(email="jan@example.org", ref="vip_joined")
        action = self.action("res.partner", usercom_event_name_path="ref")
        self.run_on(action, contact)
        contact.ref = False
        self.run_on(action, contact)
        names = [name for name, _data in self.sent(contact)]
        self.assertEqual(names, ["vip_joined", "account_added"])

    def test_a_name_that_is_read_is_shown_to_managers_alone(self):
        """Other users may have no right to the record that it was read from."""
        contact = self.synced(email="jan@example.org", ref="vip_joined")
        self.run_on(self.action("res.partner", usercom_event_name_path="ref"), contact)
        row = self.env["usercom.event"].search([])
        user = new_test_user(self.env, "reader", "usercom_connector.group_usercom_user")
        manager = new_test_user(self.env, "manager", "usercom_connector.group_usercom_manager")
        seen = row.with_user(user)
        self.assertEqual((seen.name, seen.display_name), ("account_added", "account_added"))
        with self.assertRaises(AccessError):
            _name = seen.read_name
        self.assertEqual(row.with_user(manager).read_name, "vip_joined")

    def test_a_name_that_is_nowhere_is_that_of_the_action_in_whatever_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        contact = self.synced(email="jan@example.org")
        action = self.action(
            "res.partner", usercom_event_name_path="ref", usercom_event_name=False, name="Joined"
        )
        action.with_context(lang="pl_PL").name = "Dołączył"
        self.run_on(action.with_context(lang="pl_PL"), contact)
        self.assertEqual([name for name, _data in self.sent(contact)], ["Joined"])

    def test_a_record_without_a_contact_and_one_left_out_are_passed_over(self):
        self.backend.partner_domain = "[('phone', '!=', False)]"
        out = self.contact(email="out@example.org")
        inside = self.synced(email="in@example.org", phone="600100200")
        self.run_on(self.action(), self.bank(out) + self.bank(inside))
        self.assertEqual(self.env["usercom.event"].search([]).partner_id, inside)

    def test_without_an_account_that_runs_it_stops_nobody(self):
        self.backend.state = "authenticated"
        self.assertFalse(self.run_on(self.action(), self.bank(self.contact())))

    def test_a_record_of_another_company_goes_to_its_own_account(self):
        company = self.env["res.company"].create({"name": "Second"})
        second = self.account(company, "second")
        theirs = self.contact(email="theirs@example.org", company_id=company.id)
        shared = self.synced(email="shared@example.org")
        self.run_on(self.action(), self.bank(theirs) + self.bank(shared))
        rows = self.env["usercom.event"].search([])
        found = {row.partner_id: row.backend_id for row in rows}
        self.assertEqual(found, {theirs: second, shared: self.backend})

    def test_an_automatic_step_of_somebody_without_rights_sends_it_too(self):
        contact = self.synced(email="jan@example.org")
        user = new_test_user(self.env, "clerk", "base.group_user")
        context = {"active_model": "res.partner.bank", "active_ids": self.bank(contact).ids}
        self.action().with_user(user).sudo().with_context(**context).run()
        self.assertEqual(len(self.sent(contact)), 1)

    def test_by_hand_only_who_may_write_to_the_record(self):
        user = new_test_user(self.env, "clerk", "base.group_user")
        action, bank = self.action(), self.bank(self.synced(email="jan@example.org"))
        with self.assertRaises(AccessError), mute_logger(ODOO_ACTIONS):
            self.run_on(action, bank, user)

    def test_by_hand_a_group_of_the_action_opens_no_record_of_another_company(self):
        """Odoo looks at the records of an action only where it has no groups."""
        company = self.env["res.company"].create({"name": "Second"})
        self.account(company, "second")
        theirs = self.contact(email="theirs@example.org", company_id=company.id)
        mine = self.synced(email="mine@example.org")
        user = new_test_user(self.env, "clerk", "base.group_partner_manager")
        group = self.env.ref("base.group_partner_manager")
        action = self.action("res.partner", group_ids=group.ids)
        with self.assertRaises(AccessError):
            self.run_on(action, mine + theirs, user)
        self.assertFalse(self.env["usercom.event"].search([]))
        self.run_on(action, mine, user)
        self.assertEqual(self.env["usercom.event"].search([]).partner_id, mine)

    def test_a_record_named_many_times_is_one_event(self):
        contact = self.synced(email="jan@example.org")
        context = {"active_model": "res.partner", "active_ids": contact.ids * 50}
        self.action("res.partner").with_context(**context).run()
        self.assertEqual(len(self.env["usercom.event"].search([])), 1)


class TestValues(ActionCase):
    def value(self, contact, path, **line):
        action = self.action("res.partner", [("value", path, line)])
        self.run_on(action, contact)
        return self.sent(contact)[-1][1]["value"]

    def test_each_type_as_json(self):
        tags = self.env["res.partner.category"].create([{"name": "A"}, {"name": "B"}])
        contact = self.synced(
            email="jan@example.org",
            country_id=self.env.ref("base.pl").id,
            category_id=[Command.set(tags.ids)],
            comment="<p>One</p><p>two</p>",
            partner_latitude=52.25,
            color=3,
        )
        for path, expected in (
            ("country_id", "PL"),
            ("country_id.name", self.env.ref("base.pl").name),
            ("category_id", ["A", "B"]),
            ("comment", "One\ntwo"),
            ("partner_latitude", 52.25),
            ("color", 3),
            ("is_company", False),
            ("phone", None),
            ("parent_id.city", None),
            ("lang", "en_US"),
        ):
            with self.subTest(path):
                self.assertEqual(self.value(contact, path), expected)

    def test_conversions(self):
        tags = self.env["res.partner.category"].create([{"name": "A"}, {"name": "B"}])
        contact = self.synced(
            email="jan@example.org",
            city="łódź",
            phone="600 100 200",
            country_id=self.env.ref("base.pl").id,
            category_id=[Command.set(tags.ids)],
        )
        for path, line, expected in (
            ("city", {"conversion": "upper"}, "ŁÓDŹ"),
            ("city", {"conversion": "title"}, "Łódź"),
            ("phone", {"conversion": "e164"}, "+48600100200"),
            ("category_id", {"conversion": "join", "separator": "; "}, "A; B"),
            ("category_id", {"conversion": "first"}, "A"),
            ("is_company", {"conversion": "yes_no", "yes_text": "t", "no_text": "n"}, "n"),
            ("zip", {"when_empty": "none"}, "none"),
        ):
            with self.subTest(path, **line):
                self.assertEqual(self.value(contact, path, **line), expected)

    def test_a_value_table(self):
        poland, spain = self.env.ref("base.pl"), self.env.ref("base.es")
        contact = self.synced(email="jan@example.org", country_id=poland.id, lang="en_US")
        action = self.action("res.partner")
        with Form(action) as form, form.usercom_value_ids.new() as line:
            line.usercom_name, line.path, line.conversion = "value", "type", "table"
        types = contact._fields["type"]._description_selection(self.env)
        lines = action.usercom_value_ids.choice_ids
        self.assertEqual([(line.odoo_key, line.odoo_name) for line in lines], types)
        table = [
            Command.create({"odoo_key": str(poland.id), "usercom_value": "home"}),
            Command.create({"odoo_key": str(spain.id), "usercom_value": False}),
        ]
        for country, expected in ((poland, "home"), (spain, None), (self.env.ref("base.de"), "DE")):
            contact.country_id = country
            sent = self.value(contact, "country_id", conversion="table", choice_ids=table)
            self.assertEqual(sent, expected)

    def test_moments_and_days(self):
        contact = self.synced(email="jan@example.org")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id = %s",
            [datetime(2026, 1, 31, 23, 30), contact.id],
        )
        contact.invalidate_recordset()
        self.backend.company_id.partner_id.tz = "Europe/Warsaw"
        self.assertEqual(self.value(contact, "create_date"), "2026-01-31T23:30:00Z")
        local = self.value(contact, "create_date", conversion="date")
        self.assertEqual(local, date(2026, 2, 1).isoformat())

    def test_a_long_text_is_cut_to_what_an_event_takes(self):
        contact = self.synced(email="jan@example.org", street="x" * 300)
        self.assertEqual(self.value(contact, "street"), "x" * 254 + "…")

    def test_what_is_of_another_company_is_not_sent(self):
        company = self.env["res.company"].create({"name": "Second"})
        hidden = self.contact(name="Hidden", company_id=company.id, city="Secret")
        contact = self.synced(email="jan@example.org")
        self.env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = %s WHERE id = %s",
            [hidden.id, contact.id],
        )
        contact.invalidate_recordset()
        self.assertIsNone(self.value(contact, "commercial_partner_id.city"))


class TestWhoWrites(ActionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(cls.env, "sysadmin", "base.group_system")

    def written_by(self, user, **values):
        return self.action("res.partner", **values).with_user(user)

    def test_only_who_may_write_server_actions(self):
        manager = new_test_user(self.env, "m", "usercom_connector.group_usercom_manager")
        action = self.action("res.partner", [("city", "city", {})])
        line = action.usercom_value_ids
        test = self.env["ir.actions.server.usercom.test"]
        for attempt in (
            lambda: line.with_user(manager).read(["path"]),
            lambda: line.with_user(manager).write({"path": "name"}),
            lambda: action.with_user(manager).action_usercom_test(),
            lambda: test.with_user(manager).create({"action_id": action.id}),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_nobody_sends_what_he_may_not_read(self):
        self.env["ir.model.access"].search([("model_id.model", "=", "res.partner.bank")]).unlink()
        values = [("number", "bank_ids", {})]
        with self.assertRaisesRegex(ValidationError, "may not read"):
            self.action("res.partner", values).with_user(self.admin)
            self.env(user=self.admin)["ir.actions.server"].create(
                {
                    "name": "Tell",
                    "model_id": self.env["ir.model"]._get_id("res.partner"),
                    "state": "usercom_event",
                    "usercom_event_name": "x",
                    "usercom_value_ids": [
                        Command.create({"usercom_name": "n", "path": "bank_ids"})
                    ],
                }
            )

    def test_nor_what_is_kept_from_some_users_who_would_read_it_in_the_queue(self):
        self.assertTrue(self.env["res.partner"]._fields["signup_type"].groups)
        action = self.action("res.partner", [("value", "signup_type", {})])
        self.assertIn("kept from some users", action.warning)
        with self.assertRaises(ServerActionWithWarningsError):
            self.run_on(action, self.synced(email="jan@example.org"))

    def test_a_line_changed_later_is_looked_at_too(self):
        self.env["ir.model.access"].search([("model_id.model", "=", "res.partner.bank")]).unlink()
        action = self.action("res.partner", [("city", "city", {})])
        with self.assertRaisesRegex(ValidationError, "may not read"):
            action.usercom_value_ids.with_user(self.admin).path = "bank_ids"

    def test_the_model_is_changed_to_one_that_he_may_not_read(self):
        access = self.env["ir.model.access"].search([("model_id.model", "=", "res.partner.bank")])
        access.unlink()
        bank = self.env["ir.model"]._get_id("res.partner.bank")
        for values in ({}, {"state": "code"}, {"usercom_contact_path": "partner_id"}):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, "may not read"):
                action = self.action("res.partner", [("number", "acc_number", {})], **values)
                action.with_user(self.admin).model_id = bank
                action.with_user(self.admin).state = "usercom_event"

    def test_what_cannot_be_followed_is_said_and_not_run(self):
        contact = self.synced(email="jan@example.org")
        for values, text in (
            ({"values": [("a", "no_such_field", {})]}, "leads to no field"),
            ({"values": [("a", "child_ids.name", {})]}, "lead to one record"),
            ({"values": [("a", "image_128", {})]}, "cannot be sent"),
            ({"values": [("a", "user_ids.password", {})]}, "secret"),
            ({"values": [("a", "name", {"conversion": "yes_no"})]}, "does not go with"),
            ({"usercom_event_name": False}, "name of the event"),
            ({"usercom_contact_path": "country_id"}, "leads to the contact"),
        ):
            with self.subTest(text):
                action = self.action("res.partner", **values)
                self.assertIn(text, action.warning)
                with self.assertRaises(ServerActionWithWarningsError):
                    self.run_on(action, contact)


class TestPreview(ActionCase):
    def test_on_a_record_shows_the_json(self):
        contact = self.synced(email="jan@example.org")
        bank = self.bank(contact)
        opened = self.action(values=[("number", "acc_number", {})]).action_usercom_test()
        model = self.env[opened["res_model"]].with_context(**opened["context"])
        form = Form(model)
        form.res_id = bank.id
        self.assertEqual(form.partner_id, contact)
        self.assertFalse(form.notice)
        shown = {"name": "account_added", "data": {"number": "PL61 1090"}}
        self.assertEqual(json.loads(form.preview), shown)
        self.assertFalse(self.env["usercom.event"].search([]))

    def test_reads_with_the_rights_of_who_tests(self):
        contact = self.synced(email="jan@example.org", ref="hidden")
        action = self.action("res.partner", [("ref", "ref", {})])
        admin = new_test_user(self.env, "sysadmin", "base.group_system")
        tests = self.env(user=admin)["ir.actions.server.usercom.test"]
        test = tests.create({"action_id": action.id, "res_id": contact.id})
        self.assertIn("hidden", test.preview)
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {contact.id})]",
            }
        )
        test.invalidate_recordset()
        self.assertFalse(test.preview)
        self.assertTrue(test.notice)

    def test_says_why_nothing_would_be_sent(self):
        contact = self.contact(email="jan@example.org")
        action = self.action("res.partner")
        test = self.env["ir.actions.server.usercom.test"].create(
            {"action_id": action.id, "res_id": contact.id}
        )
        self.backend.partner_domain = "[('phone', '!=', False)]"
        test.invalidate_recordset()
        self.assertIn("not synchronized", test.notice)
        self.backend.state = "authenticated"
        test.invalidate_recordset()
        self.assertIn("not running", test.notice)
