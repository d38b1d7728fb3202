"""What the dashboard tells, to whom, and where its numbers come from."""

from ast import literal_eval
from datetime import timedelta

from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import new_test_user
from odoo.tools.safe_eval import safe_eval

from odoo.addons.usercom_connector.services.account.health import health

from .common_dashboard import MANAGER, USER, VIEW, DashboardCase


class TestFigures(DashboardCase):
    def test_contacts_and_queues_are_counted(self):
        self.synced(email="jan@example.org")
        self.refused(2)
        self.contact(email="waits@example.org")
        self.put(id=7)
        figures = self.shown()["dashboard"]
        self.assertEqual(figures["contacts"], {"synced": "1", "failed": "2", "gone": "0"})
        self.assertEqual(figures["outbox"], {"waiting": "1", "failed": "2", "last_day": "1"})
        self.assertEqual(figures["inbox"], {"waiting": "1", "failed": "0", "last_day": "0"})

    def test_numbers_are_written_as_the_reader_writes_them(self):
        self.count("sent", 1_234_567)
        self.assertEqual(self.shown()["dashboard"]["outbox"]["last_day"], "1,234,567")

    def test_the_last_call_the_last_check_and_the_last_full_comparison(self):
        card = self.shown()
        self.assertFalse(card["webhook_last_call"] or card["reconciled_at"] or card["compared_at"])
        self.call(email="anna@example.org")
        sweep = self.env["usercom.sweep"]._of(self.backend, "reconcile")
        sweep.started_at -= timedelta(hours=2)
        self.drain()
        card = self.shown()
        self.assertTrue(card["webhook_last_call"] and card["reconciled_at"])
        self.assertFalse(card["compared_at"])
        self.backend.action_compare()
        self.drain()
        self.assertTrue(self.shown()["compared_at"])


class TestTodo(DashboardCase):
    def setUp(self):
        super().setUp()
        self.backend.is_setup_hidden = True  # its steps stand in place of some of the lines
        self.call(email="anna@example.org")

    def test_nothing_when_all_is_well(self):
        self.assertEqual(self.todo(), {})

    def test_an_account_that_is_not_connected_says_only_that(self):
        self.backend.state = "draft"
        self.assertEqual(self.todo(), {"draft": True})

    def test_one_that_does_not_run(self):
        self.backend.state = "authenticated"
        self.assertEqual(self.todo(), {"authenticated": True})
        self.backend.action_run()
        self.backend.action_pause()
        self.assertEqual(self.todo(), {"paused": True})

    def test_a_job_that_does_not_run(self):
        self.backend.cron_id.nextcall -= timedelta(hours=1)
        self.assertIn("Do Odoo's cron workers run?", self.todo()["stalled"])

    def test_no_mappings(self):
        self.backend.mapping_ids.unlink()
        self.assertEqual(self.todo(), {"unmapped": True})

    def test_a_mapping_that_stands_still(self):
        self.simulator.attribute("nickname", "string")
        self.backend.action_fetch_attributes()
        self.pair(self.backend, "ref", "nickname")
        self._fresh_simulator()
        self.backend.action_fetch_attributes()
        self.assertEqual(self.todo(), {"broken": "1"})

    def test_a_webhook_that_was_never_called(self):
        self.env["usercom.inbox"].search([]).unlink()
        self.assertEqual(self.todo(), {"webhook_never": True})
        self.backend.mapping_ids.direction = "export"
        self.assertEqual(self.todo(), {})

    def test_failed_rows(self):
        self.refused(2)
        self.assertEqual(self.todo(), {"send_failed": "2"})

    def test_contacts_of_one_user(self):
        for _twin in range(2):
            self.contact(email="jan@example.org")
        self.drain()
        self.drain()
        self.assertEqual(self.todo(), {"send_unclear": "1"})

    def test_a_contact_that_matches_several_users(self):
        for _twin in range(2):
            self.person(email="jan@example.org")
        self.contact(email="jan@example.org")
        self.drain()
        self.assertEqual(self.todo(), {"send_unclear": "1"})

    def test_a_user_that_matches_several_contacts(self):
        for _twin in range(2):
            self.contact(email="anna@example.org")
        self.env.cr.flush()
        self.env["usercom.outbox"].search([("state", "=", "pending")]).unlink()
        self.receive(id=self.person())
        self.assertEqual(self.todo(), {"receive_unclear": "1"})

    def test_the_list_behind_each_button_shows_what_its_line_counts(self):
        self.refused(2)
        for _twin in range(2):
            self.contact(email="jan@example.org")
        self.drain()
        self.drain()
        self.simulator.fault(kind="status", status=400, method="GET", count=1)
        self.receive(id=self.person())
        todo = self.todo()
        self.assertEqual(todo, {"send_failed": "2", "send_unclear": "1", "receive_failed": "1"})
        self.assertEqual({what: str(self.listed(what)) for what in todo}, todo)

    def listed(self, what):
        """How many rows the button of ``what`` leads to."""
        Backend, view = self.env["usercom.backend"], self.env.ref(VIEW).id
        arch = etree.fromstring(Backend.get_view(view, "kanban")["arch"])
        [button] = arch.xpath(f"//div[@name='{what}']//button")
        action = self.env["ir.actions.act_window"].browse(int(button.get("name")))
        model = self.env[action.res_model]
        search = etree.fromstring(model.get_view(view_type="search")["arch"])
        filters = {f"search_default_{row.get('name')}": row for row in search.iter("filter")}
        chosen = safe_eval(button.get("context"), {"id": self.backend.id})
        account = chosen.pop("search_default_backend_id")
        rows = [filters[name] for name in chosen]
        domains = [literal_eval(row.get("domain")) for row in rows if row.get("domain")]
        found = model.search(Domain("backend_id", "=", account) & Domain.AND(domains))
        return sum(found.mapped("rows")) if model._name == "usercom.failure" else len(found)

    def test_a_choice_made_is_no_more_to_do(self):
        for _twin in range(2):
            self.contact(email="jan@example.org")
        self.drain()
        self.drain()
        row = self.env["usercom.outbox"].search([("state", "=", "failed")])
        row.partner_id.email = "other@example.org"
        row.action_retry()
        self.simulator.fault(kind="status", status=400, method="POST", count=1)
        self.drain()
        self.assertEqual(self.todo(), {"send_failed": "1"})

    def test_conflicts_and_differences(self):
        contact = self.synced(email="jan@example.org")
        mine = {"backend_id": self.backend.id, "partner_id": contact.id}
        conflict = {"mapping_id": self.backend.mapping_ids[0].id, "winner": "odoo"}
        self.env["usercom.conflict"].create([mine | conflict, mine | conflict])
        self.env["usercom.drift"].create(mine | {"kind": "different"})
        self.assertEqual(self.todo(), {"conflicts": "2", "differences": "1"})

    def test_an_initial_sync_that_stands_still(self):
        sync = self.env["usercom.sync"].create({"state": "paused"})
        self.assertEqual(self.todo(), {"sync_paused": True})
        self.assertEqual(health(self.backend)["problems"], ["The initial sync is paused."])
        sync.error = "User.com refused: No."
        self.assertEqual(self.todo(), {"sync": "User.com refused: No."})
        self.assertEqual(health(self.backend)["problems"], ["The initial sync cannot continue."])
        sync.action_resume()
        self.assertEqual(self.todo(), {})

    def test_a_reconciliation_that_stopped(self):
        sweep = self.env["usercom.sweep"]._of(self.backend, "reconcile")
        sweep.started_at -= timedelta(hours=2)
        self.simulator.fault(kind="status", status=400, path="/users/*", count=5)
        self.drain()
        self.assertIn("User.com refused", self.todo()["reconciliation"])


class TestReaders(DashboardCase):
    def test_a_user_is_told_only_of_what_he_may_open(self):
        user = new_test_user(self.env, "user", groups=USER)
        manager = new_test_user(self.env, "manager", groups=MANAGER)
        self.backend.is_setup_hidden = True
        self.refused()
        contact = self.synced(email="jan@example.org")
        mine = {"backend_id": self.backend.id, "partner_id": contact.id}
        self.env["usercom.drift"].create(mine | {"kind": "different"})
        self.env["usercom.sync"].create({"state": "paused"})
        told = {"send_failed", "webhook_never", "differences", "sync_paused"}
        self.assertEqual(self.shown(user=manager)["dashboard"]["todo"].keys(), told)
        self.assertEqual(self.shown(user=user)["dashboard"]["todo"].keys(), {"send_failed"})

    def test_a_button_stands_beside_each_line_that_leads_to_a_list(self):
        for group in (USER, MANAGER):
            user = new_test_user(self.env, group, groups=group)
            Backend, view = self.env["usercom.backend"].with_user(user), self.env.ref(VIEW).id
            arch = etree.fromstring(Backend.get_view(view, "kanban")["arch"])
            for line in arch.xpath("//div[@name='send_failed' or @name='send_unclear']"):
                self.assertTrue(line.xpath(".//button"), line.get("name"))
            inboxes = arch.xpath("//div[@name='inbox']")
            self.assertEqual(len(inboxes), int(group == MANAGER))

    def test_a_user_reads_it_and_no_secret(self):
        user = new_test_user(self.env, "user", groups=USER)
        self.refused()
        card = self.shown(user=user)
        self.assertEqual(card["dashboard"]["todo"]["send_failed"], "1")
        self.assertNotIn("api_key", card)

    def test_an_employee_without_a_group_does_not(self):
        with self.assertRaises(AccessError):
            self.shown(user=new_test_user(self.env, "employee", groups="base.group_user"))

    def test_each_company_sees_its_own(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        second = self.account(other, "elsewhere")
        companies = {"company_id": other.id, "company_ids": [(6, 0, other.ids)]}
        user = new_test_user(self.env, "user", groups=USER, **companies)
        empty = self.shown(second, user)["dashboard"]
        self.synced(email="jan@example.org", company_id=self.env.company.id)
        self.simulator.fault(kind="status", status=400, method="POST", count=1)
        self.synced(email="refused@example.org", company_id=self.env.company.id)
        self.contact(email="waits@example.org", company_id=self.env.company.id)
        self.put(id=7)
        self.assertEqual(self.shown()["dashboard"]["outbox"]["failed"], "1")
        self.assertEqual(self.shown(second, user)["dashboard"], empty)
        with self.assertRaises(StopIteration):
            self.shown(self.backend, user)
        self.assertFalse(self.env["usercom.statistic"].with_user(user).search([]))

    def test_only_administrators_get_buttons_to_the_settings(self):
        settings = str(self.env.ref("usercom_connector.res_config_settings_action").id)
        Backend, view = self.env["usercom.backend"], self.env.ref(VIEW).id
        user = new_test_user(self.env, "user", groups=USER)
        self.assertIn(f'name="{settings}"', Backend.get_view(view, "kanban")["arch"])
        arch = Backend.with_user(user).get_view(view, "kanban")["arch"]
        self.assertNotIn(f'name="{settings}"', arch)

    def test_without_an_account_it_says_what_to_do_next(self):
        action = self.env.ref("usercom_connector.usercom_backend_dashboard_action")
        user = new_test_user(self.env, "user", groups=USER)
        [asked, hint] = [
            action.with_user(reader).sudo(False)._get_action_dict()["help"]
            for reader in (self.env.ref("base.user_admin"), user)
        ]
        self.assertIn("/odoo/usercom-settings", asked)
        self.assertIn("An administrator connects it", hint)
        self.assertNotIn("/odoo/usercom-settings", hint)
