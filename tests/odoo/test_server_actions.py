"""Push and Pull in the Action menu of contacts, and as steps of automation rules."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from odoo.addons.base.models.ir_actions import ServerActionWithWarningsError

from .common import UsercomCase


class ActionCase(UsercomCase):
    """A user of User.com, and one who may edit contacts only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "pusher",
            "base.group_user,base.group_partner_manager,usercom_connector.group_usercom_user",
        )
        cls.outsider = new_test_user(
            cls.env, "outsider", "base.group_user,base.group_partner_manager"
        )

    def many(self, count):
        """Contacts that nobody has queued yet."""
        self.backend.state = "authenticated"
        contacts = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(count)]
        )
        self.env.cr.flush()
        self.backend.state = "running"
        return contacts


class TestServerActions(ActionCase):
    def run_action(self, name, contacts, user=None):
        """Choose the action in the menu; returns what the browser is given to show."""
        action = self.env.ref(f"usercom_connector.{name}").with_user(user or self.user)
        return action.with_context(active_model="res.partner", active_ids=contacts.ids).run()

    def push(self, contacts, user=None):
        return self.run_action("action_server_push", contacts, user)["params"]

    def pull(self, contacts, user=None):
        return self.run_action("action_server_pull", contacts, user)["params"]

    def text(self, params):
        return params["message"] % tuple(link["label"] for link in params["links"])

    def test_both_stand_in_the_action_menu_of_list_and_form(self):
        bindings = self.env["ir.actions.actions"].with_user(self.user).get_bindings("res.partner")
        for name in ("action_server_push", "action_server_pull"):
            action = self.env.ref(f"usercom_connector.{name}")
            [bound] = [entry for entry in bindings["action"] if entry["id"] == action.id]
            self.assertLessEqual({"list", "form"}, set(bound["binding_view_types"].split(",")))

    def test_push_queues_and_says_how_many_and_where(self):
        contacts = self.many(3)
        params = self.push(contacts)
        self.assertEqual(params["type"], "success")
        self.assertIn("3", self.text(params))
        self.assertIn("/odoo/usercom-outbox", [link["url"] for link in params["links"]])
        self.drain()
        self.assertEqual(set(contacts.mapped("usercom_state")), {"synced"})

    def test_pull_reads_what_changed_there(self):
        contact = self.synced(email="jan@example.org", phone="1")
        self.simulator.patch_user(self.binding(contact).external_id, phone_number="222222222")
        params = self.pull(contact, self.env.ref("base.user_admin"))
        self.assertIn("/odoo/usercom-inbox", [link["url"] for link in params["links"]])
        self.drain()
        self.assertEqual(contact.phone, "222222222")

    def test_who_may_not_see_the_inbox_gets_no_link_to_it(self):
        contact = self.synced(email="jan@example.org")
        self.assertEqual(self.pull(contact)["links"], [])

    def test_contacts_that_take_no_part_are_named(self):
        company = self.contact(name="100% Acme", is_company=True, email="office@example.org")
        params = self.push(self.many(2) + company)
        self.assertEqual(params["type"], "warning")
        text = self.text(params)
        self.assertIn("2", text)
        self.assertIn("100% Acme", text)
        self.assertIn(f"/odoo/res.partner/{company.id}", params["links"][1]["url"])
        self.assertFalse(self.waiting(company))

    def test_of_many_contacts_that_take_no_part_the_first_are_named(self):
        companies = self.many(8)
        companies.is_company = True
        self.assertIn("3 more", self.text(self.push(companies)))

    def test_a_contact_that_user_com_cannot_know_is_not_pulled(self):
        contact = self.contact(name="No Mail")
        text = self.text(self.pull(contact))
        self.assertIn("No Mail", text)
        self.assertIn("e-mail", text)

    def test_without_an_account_that_runs_it_says_so_and_stops_nothing(self):
        self.backend.state = "authenticated"
        params = self.push(self.contact(email="jan@example.org"))
        self.assertEqual(params["type"], "warning")
        self.assertIn("not running", params["message"])

    def test_who_may_run_it_is_shown_where(self):
        self.backend.state = "authenticated"
        admin = self.env.ref("base.user_admin")
        params = self.push(self.contact(email="jan@example.org"), admin)
        self.assertEqual(params["links"][0]["url"], "/odoo/usercom-settings")

    def test_while_paused_it_says_that_they_wait(self):
        contact = self.synced(email="jan@example.org")
        self.backend.action_pause()
        params = self.push(contact)
        self.assertEqual(params["type"], "warning")
        self.assertIn("paused", self.text(params))
        self.assertTrue(self.waiting(contact))

    def test_a_pull_does_not_say_that_anything_is_sent(self):
        text = self.text(self.pull(self.synced(email="jan@example.org")))
        self.assertIn("read from User.com: 1.", text)

    def test_one_contact_is_told_which_rule_leaves_it_out(self):
        company = self.contact(name="Acme Sp. z o.o.", is_company=True)
        text = self.text(self.push(company))
        self.assertIn("“Acme Sp. z o.o.”.", text)
        self.assertIn("Is a Company", text)

    def test_many_contacts_take_as_many_queries_as_few(self):
        for action in (self.push, self.pull):
            with self.subTest(action.__name__):
                few, many = self.many(2), self.many(60)
                counts = []
                for contacts in (self.many(1), few, many):
                    self.env.invalidate_all()
                    before = self.env.cr.sql_log_count
                    action(contacts)
                    counts.append(self.env.cr.sql_log_count - before)
                self.assertEqual(counts[1], counts[2])

    def test_others_may_not_push(self):
        contact = self.contact(email="jan@example.org")
        with self.assertRaises(AccessError):
            self.push(contact, self.outsider)
        with self.assertRaises(AccessError):
            contact.with_user(self.outsider).action_usercom_push()


class TestAutomation(ActionCase):
    def step_of_a_rule(self, contact, name="action_server_push"):
        """Run the action as Odoo's automation rules do: as superuser, for whoever edits."""
        steps = self.env["ir.actions.server"].create(
            {
                "name": "Steps",
                "model_id": self.env.ref("base.model_res_partner").id,
                "state": "multi",
                "child_ids": self.env.ref(f"usercom_connector.{name}").ids,
            }
        )
        run = (
            steps.with_user(self.outsider)
            .sudo()
            .with_context(active_model="res.partner", active_ids=contact.ids, active_id=contact.id)
        )
        return run.run()

    def test_a_rule_pushes_for_whoever_edits(self):
        contact = self.many(1)
        self.step_of_a_rule(contact)
        self.assertTrue(self.waiting(contact))

    def test_a_rule_pulls_for_whoever_edits(self):
        contact = self.synced(email="jan@example.org")
        self.step_of_a_rule(contact, "action_server_pull")
        self.assertTrue(self.env["usercom.inbox"].search([("partner_id", "=", contact.id)]))

    def action(self, state, **values):
        """A server action of this type, as an administrator makes one."""
        contacts = self.env.ref("base.model_res_partner")
        return self.env["ir.actions.server"].create(
            {"name": "By an administrator", "state": state, "model_id": contacts.id, **values}
        )

    def run_by_hand(self, action, contact, user):
        context = {"active_model": contact._name, "active_ids": contact.ids}
        return action.with_user(user).with_context(**context).run()

    def test_push_and_pull_are_types_of_action_of_their_own(self):
        for state, name, queue in (
            ("usercom_push", "Push to User.com", "usercom.outbox"),
            ("usercom_pull", "Pull from User.com", "usercom.inbox"),
        ):
            with self.subTest(state):
                contact = self.many(1)
                action = self.action(state)
                self.assertIn(
                    (state, name), action._fields["state"]._description_selection(self.env)
                )
                self.assertFalse(action.warning)
                self.simulator.clear_journal()
                answer = self.run_by_hand(action, contact, self.user)
                self.assertEqual(answer["tag"], "display_notification")
                self.assertTrue(self.env[queue].search([("partner_id", "=", contact.id)]))
                self.assertEqual(self.calls(), [])

    def test_by_hand_they_need_the_group(self):
        contact = self.many(1)
        with self.assertRaises(AccessError):
            self.run_by_hand(self.action("usercom_push"), contact, self.outsider)
        self.assertFalse(self.waiting(contact))

    def test_they_are_for_contacts_only(self):
        users = self.env.ref("base.model_res_users")
        action = self.action("usercom_push", model_id=users.id)
        self.assertIn("Only contacts", action.warning)
        self.assertNotIn("usercom_push", action.allowed_states)
        with self.assertRaises(ServerActionWithWarningsError):
            self.run_by_hand(action, self.env.user, self.env.ref("base.user_admin"))
        action.model_id = self.env.ref("base.model_res_partner")
        self.assertFalse(action.warning)
        self.assertIn("usercom_push", action.allowed_states)
        self.assertEqual(action.available_model_ids.model, "res.partner")

    def test_an_action_that_runs_them_as_code_still_does(self):
        contact = self.many(1)
        code = "action = records.action_usercom_push()"
        answer = self.run_by_hand(self.action("code", code=code), contact, self.user)
        self.assertEqual(answer["tag"], "display_notification")
        self.assertTrue(self.waiting(contact))

    def test_a_rule_stops_no_edit_while_no_account_runs(self):
        self.backend.state = "authenticated"
        contact = self.contact(email="jan@example.org")
        self.step_of_a_rule(contact)
        self.assertFalse(self.waiting(contact))

    def test_in_a_real_rule(self):
        if "base.automation" not in self.env:
            self.skipTest("Odoo's automation rules are not installed")
        model = self.env.ref("base.model_res_partner")
        rule = self.env["base.automation"].create(
            {
                "name": "Push who changes",
                "model_id": model.id,
                "trigger": "on_create_or_write",
                "trigger_field_ids": self.env["ir.model.fields"]._get("res.partner", "ref").ids,
            }
        )
        of_rule = {"usage": "base_automation", "base_automation_id": rule.id}
        children = self.env.ref("usercom_connector.action_server_push").ids
        for number, (state, values) in enumerate(
            (("usercom_push", {}), ("multi", {"child_ids": children}))
        ):
            with self.subTest(state):
                rule.action_server_ids = self.action(state, **values, **of_rule)
                contact = self.synced(email=f"jan{number}@example.org")
                contact.with_user(self.outsider).ref = f"J-{number}"
                self.assertTrue(self.waiting(contact))
