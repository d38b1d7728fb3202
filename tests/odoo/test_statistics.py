"""Where the numbers and graphs of the dashboard come from."""

from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.usercom_connector.services.queue.claims import LOW

from .common_dashboard import MANAGER, USER, VIEW, DashboardCase


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
        self.count("sent", 4, hours_ago=hour, delay=5)  # at midnight this is the hour of the first
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
