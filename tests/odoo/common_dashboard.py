"""What tests of the dashboard share: the card as the web client loads it, and what it counts."""

from datetime import timedelta

from odoo import fields

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
