"""What tests of failures share: rows that User.com or Odoo refused."""

from odoo.tests import new_test_user

from .common import UsercomCase

MANAGER = "usercom_connector.group_usercom_manager,base.group_partner_manager"


class FailureCase(UsercomCase):
    def setUp(self):
        super().setUp()
        self.pair(self.backend, "city", "city")
        self.pair(self.backend, "ref", "region")

    def row(self, contact):
        self.env.cr.flush()
        return self.env["usercom.outbox"].search([("partner_id", "=", contact.id)], limit=1)

    def refused(self, email="jan@example.org", body=None, **values):
        """The row of a contact that User.com refused."""
        contact = self.contact(email=email, **values)
        fault = {"kind": "status", "status": 400, "method": "POST", "count": 1}
        self.simulator.fault(**fault, body=body or {"detail": f"No {email}."})
        self.drain()
        return self.row(contact)

    def too_long(self, count, field="city"):
        """Rows of contacts of whom one value is too long to be sent."""
        contacts = [
            self.contact(email=f"long{n}@example.org", **{field: "x" * (70 + n)})
            for n in range(count)
        ]
        self.drain()
        return self.env["usercom.outbox"].union(*map(self.row, contacts))

    def ambiguous(self):
        """A row of the inbox that two contacts match."""
        for _twin in range(2):
            self.contact(email="anna@example.org")
        self.env.cr.flush()
        self.env["usercom.outbox"].search([("state", "=", "pending")]).unlink()
        return self.receive(id=self.person())

    def lines(self, **values):
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.env["usercom.failure"].search([])
        return found.filtered(lambda line: all(line[k] == v for k, v in values.items()))

    def said(self, action):
        """What a notification tells."""
        return action["params"]["message"]

    def manager(self, **values):
        return new_test_user(self.env, "keeper", MANAGER, **values)
