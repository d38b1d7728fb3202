"""Another key or system name is entered and authenticated while a drain is under way."""

from unittest.mock import patch

from odoo.addons.usercom_connector.services.drain.tasks import Settlement

from tests.simulator.process import Simulator

from .common import UsercomCase

NEW_KEY = "n" * 64


class TestMeanwhile(UsercomCase):
    def drain_while(self, change):
        """Drain; ``change`` is made once calls are answered, before the answers are stored."""
        changes, settle = [change], Settlement.settle

        def changed(settlement, outcomes):
            if changes:
                changes.pop()(settlement.backend)
            return settle(settlement, outcomes)

        with patch.object(Settlement, "settle", changed):
            self.drain()

    def replaced(self, backend):
        """The key is replaced, first in User.com and then here."""
        backend.api_key = NEW_KEY
        backend.action_authenticate()

    def moved(self, backend):
        """The account moves from a system for trials to the real one."""
        parameters = backend.env["ir.config_parameter"].sudo()
        parameters.set_param("usercom_connector.api_url", self.other.url)
        backend.write({"subdomain": "other", "api_key": self.other.api_key})
        backend.action_authenticate()

    def test_the_old_key_refused_is_no_reason_to_pause(self):
        contact = self.synced(email="jan@example.org", phone="111")
        contact.phone = "222"
        self.simulator.settings(keys={NEW_KEY: "read_write"})
        self.drain_while(self.replaced)
        self.assertEqual(self.backend.state, "running")
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "222")

    def test_who_was_sent_to_the_other_system_is_sent_to_the_new_one(self):
        with Simulator() as self.other:
            self.other.settings(rate_limit=0)
            self.other.seed(*[{}] * 100)  # so that ids differ
            people = self.env["res.partner"].create(
                [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(60)]
            )
            self.drain_while(self.moved)
            self.drain()
            self.assertLess(len(self.simulator.users()), len(people))
            found = {user["id"]: user["email"] for user in self.other.users(limit=1000)}
            for contact in people:
                self.assertEqual(found[self.binding(contact).external_id], contact.email)

    def test_an_event_that_was_answered_meanwhile_is_told_once(self):
        contact = self.synced(email="jan@example.org")
        self.simulator.settings(keys={NEW_KEY: "read_write", self.simulator.api_key: "read_write"})
        for choice in ("repeat", "fail"):
            with self.subTest(choice):
                self.backend.event_lost_answer = choice
                item = {"partner": contact, "name": choice}
                [row] = self.env["usercom.event"]._queue(self.backend, [item])
                self.drain_while(self.replaced)
                self.drain()
                self.assertEqual((row.state, row.error_code), ("done", False))
        events = self.simulator.events(self.binding(contact).external_id)
        self.assertEqual([event["name"] for event in events], ["repeat", "fail"])
