"""What the dashboard tells, to whom, and where its numbers come from."""

from ast import literal_eval
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import new_test_user
from odoo.tools.safe_eval import safe_eval

from odoo.addons.usercom_connector.services.account.health import health
from odoo.addons.usercom_connector.services.queue.claims import LOW

from .common import UsercomCase

VIEW = "usercom_connector.usercom_backend_view_kanban_dashboard"
USER = "usercom_connector.group_usercom_user"
MANAGER = "usercom_connector.group_usercom_manager"


class DashboardCase(UsercomCase):
    def shown(self, backend=None, user=None):
        """The card of the account as the web client loads it."""
        self.env.cr.flush()
        self.env.invalidate_all()
        Backend = self.env["usercom.backend"].with_user(user or self.env.user)
        names = Backend.get_view(self.env.ref(VIEW).id, "kanban")["models"]["usercom.backend"]
        cards = Backend.web_search_read([], {name: {} for name in names})["records"]
        return next(card for card in cards if card["id"] == (backend or self.backend).id)

    def count(self, kind, rows, hours_ago=0, delay=0):
        Statistic = self.env["usercom.statistic"]
        hour = Statistic._hour(fields.Datetime.now() - timedelta(hours=hours_ago))
        mine = {"backend_id": self.backend.id, "hour": hour, "kind": kind}
        Statistic.create(mine | {"rows": rows, "delay": delay})

    def todo(self):
        return self.shown()["dashboard"]["todo"]

    def call(self, **keys):
        """A call of the webhook, worked off."""
        self.stored_call({"extra": keys})
        self.drain()

    def refused(self, count=1):
        """Contacts that User.com refuses."""
        for number in range(count):
            self.contact(email=f"no{number}@example.org")
        refusal = {"kind": "status", "status": 400, "method": "POST"}
        self.simulator.fault(**refusal, count=count, body={"detail": "No."})
        self.drain()


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


class TestGraphs(DashboardCase):
    def graphs(self, name="last_day"):
        """``{kind: its numbers}`` of a period, oldest first."""
        series = [each for graph in self.period(name)["graphs"] for each in graph["series"]]
        return {each["kind"]: each["data"] for each in series}

    def period(self, name="last_day"):
        return next(each for each in self.shown()["dashboard_graphs"] if each["name"] == name)

    def facts(self, name="last_day"):
        return {fact["label"]: fact["value"] for fact in self.period(name)["facts"]}

    def test_a_day_has_a_bar_for_each_of_the_last_24_hours(self):
        self.count("sent", 3, hours_ago=23)
        self.count("sent", 1, hours_ago=23, delay=5)
        self.count("received", 5, hours_ago=23)
        self.count("failed", 6)
        self.count("sent", 9, hours_ago=24)
        graphs = self.graphs()
        self.assertEqual(graphs["sent"], [4] + [0] * 23)
        self.assertEqual(graphs["received"], [5] + [0] * 23)
        self.assertEqual(graphs["failed"], [0] * 23 + [6])

    def test_a_week_has_a_bar_for_each_of_the_last_7_days(self):
        hour = fields.Datetime.now().hour
        self.count("sent", 3)
        self.count("sent", 4, hours_ago=hour)
        self.count("sent", 5, hours_ago=hour + 1)
        self.count("sent", 6, hours_ago=hour + 6 * 24)
        self.count("sent", 7, hours_ago=hour + 6 * 24 + 1)
        self.assertEqual(self.graphs("last_week")["sent"], [6, 0, 0, 0, 0, 5, 7])

    def test_hours_and_days_are_those_of_the_reader(self):
        self.env.user.tz = "Asia/Kolkata"  # half an hour beside UTC
        now = fields.Datetime.context_timestamp(self.backend, fields.Datetime.now())
        hour = now.replace(minute=30) - timedelta(hours=now.minute < 30)
        self.assertEqual(self.period()["starts"][-1].replace("\u202f", " "), f"{hour:%-I:%M %p}")
        self.assertEqual(self.period("last_week")["starts"][-1], f"{now:%a} {now.day}")

    def test_a_day_begins_at_midnight_of_the_reader(self):
        """Somewhere it is another day than in UTC."""
        is_late = fields.Datetime.now().hour >= 10
        self.env.user.tz = "Pacific/Kiritimati" if is_late else "Pacific/Niue"
        self.count("sent", 3)
        self.assertEqual(self.graphs("last_week")["sent"][-1], 3)

    def test_how_long_edits_take_to_arrive(self):
        self.assertEqual(self.facts(), {})
        self.count("sent", 500)  # of an initial sync: nobody waited
        self.count("sent", 60, delay=2)
        self.count("sent", 34, delay=30)
        self.count("sent", 6, hours_ago=2, delay=7200)
        self.count("received", 1, hours_ago=24 + 1, delay=300)
        self.assertEqual(self.facts(), {"Edits reach User.com": "half within 2 s, 95% within 2 h"})
        week = self.facts("last_week")
        self.assertEqual(week["Changes reach Odoo"], "half within 5 min, 95% within 5 min")

    def test_the_share_of_the_limit_in_the_busiest_hour(self):
        self.backend.rate_limit = 2  # 7,200 an hour
        self.count("calls", 720)
        self.count("calls", 1800, hours_ago=1)
        self.assertEqual(self.facts(), {"Share of the limit used": "25% in the busiest hour"})
        self.assertEqual(self.graphs()["sent"], [0] * 24)


class TestStatistics(DashboardCase):
    def counted(self):
        self.env.cr.flush()
        people = [("kind", "!=", "calls")]
        found = self.env["usercom.statistic"]._read_group(people, ["kind"], ["rows:sum"])
        return dict(found)

    def delays(self, kind):
        """``{delay: how many}``."""
        self.env.cr.flush()
        chosen = [("kind", "=", kind)]
        return dict(self.env["usercom.statistic"]._read_group(chosen, ["delay"], ["rows:sum"]))

    def test_what_is_sent_received_and_failed_is_counted(self):
        self.synced(email="jan@example.org")
        self.refused(2)
        self.assertEqual(self.counted(), {"sent": 1, "failed": 2})
        self.receive(id=self.person())
        self.assertEqual(self.counted()["received"], 1)

    def test_what_only_gives_way_to_a_newer_row_is_not(self):
        self.refused()
        row = self.env["usercom.outbox"].search([("state", "=", "failed")])
        row.partner_id.phone = "2"
        self.env.cr.flush()
        row.action_retry()
        self.assertEqual(row.state, "done")
        self.assertEqual(self.counted(), {"failed": 1})

    def test_what_could_not_be_stored_is_counted_once(self):
        """Odoo refuses one of several results: all are stored anew, each by itself."""
        for number in range(3):
            self.contact(email=f"n{number}@example.org")

        def refuse(_backend, partners):
            if "n1@example.org" in partners.mapped("email"):
                raise ValueError("another app says no")

        self.patch(self.registry["usercom.backend"], "_after_push", refuse)  # as its addon would
        self.drain()
        self.assertEqual(self.counted(), {"sent": 2, "failed": 1})

    def test_an_edit_counts_with_the_time_it_took(self):
        self.synced(email="now@example.org")
        self.contact(email="late@example.org")
        self.env.cr.flush()
        late = self.env["usercom.outbox"].search([("state", "=", "pending")])
        self.env.cr.execute(
            "UPDATE usercom_outbox SET create_date = create_date - interval '100 s' WHERE id = %s",
            late.ids,
        )
        late.invalidate_recordset()
        self.drain()
        delays = self.delays("sent")
        self.assertEqual(delays.pop(120), 1)
        self.assertEqual(list(delays.values()), [1])
        self.assertLessEqual(max(delays), 30)

    def test_what_an_initial_sync_sends_has_no_delay(self):
        contact = self.contact(email="jan@example.org")
        self.env.cr.flush()
        self.env["usercom.outbox"].search([("partner_id", "=", contact.id)]).priority = LOW
        self.drain()
        self.assertEqual(self.delays("sent"), {0: 1})

    def test_calls_are_counted_and_are_no_people(self):
        self.synced(email="jan@example.org")
        before = self.delays("calls")[0]
        self.contact(email="anna@example.org")
        self.drain()
        self.assertTrue(self.calls())
        self.assertEqual(self.delays("calls")[0] - before, len(self.calls()))

    def test_it_is_kept_for_a_year(self):
        old = fields.Datetime.now() - timedelta(days=401)
        vals = {"backend_id": self.backend.id, "kind": "sent", "rows": 1}
        self.env["usercom.statistic"].create([vals | {"hour": old}])
        self.env["usercom.statistic"]._gc()
        self.assertEqual(self.counted(), {})


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


class TestComparison(DashboardCase):
    def test_it_says_where_its_result_appears(self):
        params = self.backend.action_compare()["params"]
        self.assertIn("The full comparison has started", params["title"])
        self.assertIn("Differences", params["message"])
        self.assertFalse(self.env["usercom.sweep"]._of(self.backend, "compare").started_at)

    def test_managers_have_a_button_for_it(self):
        for group, count in ((USER, 0), (MANAGER, 1)):
            user = new_test_user(self.env, group, groups=group)
            Backend, view = self.env["usercom.backend"].with_user(user), self.env.ref(VIEW).id
            arch = Backend.get_view(view, "kanban")["arch"]
            self.assertEqual(arch.count('name="action_compare"'), count)


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
