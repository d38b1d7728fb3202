"""What tests of companies share."""

from unittest.mock import patch

from odoo.addons.usercom_connector.services.drain import drain as drain_module
from odoo.addons.usercom_connector.usercom import Client, Throttle

from .common import UsercomCase


class CompaniesCase(UsercomCase):
    """An account that synchronizes companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.sync_companies = True

    def company(self, **values):
        return self.env["res.partner"].create({"name": "Acme", "is_company": True, **values})

    def member(self, company, **values):
        """A new contact of the company."""
        email = {"email": "jan@example.org"}
        return self.contact(**{**email, "parent_id": company.id, **values})

    def rest(self, runs=3):
        """Let the account's cron run until all is quiet."""
        for _run in range(runs):
            self.drain()

    def link(self, company):
        """The link of the company in the account."""
        return self.env["usercom.company"].search(
            [("partner_id", "=", company.id), ("backend_id", "=", self.backend.id)]
        )

    def there(self, company):
        """The company as User.com has it."""
        company_id = self.link(company).external_id
        return next(each for each in self.simulator.companies() if each["id"] == company_id)

    def simulator_company(self, **values):
        """The id of a new company at User.com."""
        with Client(self.simulator.url, self.simulator.api_key, throttle=Throttle(1000)) as client:
            return client.of_companies().create_user(values).id

    def lose_answer(self, path):
        """The answer to the next such call comes too late; it is carried out all the same."""
        self.simulator.fault(
            path=path, method="POST", kind="timeout", seconds=0, apply=True, count=1
        )

    def lose(self, method, apply=True, kind="reset", **fault):
        """Send what waits; the company's answer is lost, and without ``apply`` so is the call."""
        path = "/companies/" if method == "POST" else "/companies/*"
        self.simulator.fault(path=path, method=method, kind=kind, apply=apply, count=1, **fault)
        self.simulator.clear_journal()
        with patch.object(drain_module, "SHORT_WAIT", 0):  # nothing is tried again at once
            self.rest(2)  # the contact comes before its company
        lost = [call for call in self.calls(method) if call.startswith(f"{method} /companies/")]
        self.assertEqual(len(lost), 1)

    def pair_company(self, field, attribute, **values):
        """A field mapping of companies."""
        attributes = self.backend.company_attribute_ids
        return self.env["usercom.field.mapping"].create(
            {
                "backend_id": self.backend.id,
                "field_id": self.env["ir.model.fields"]._get("res.partner", field).id,
                "attribute_id": attributes.filtered(lambda a: a.name_std == attribute).id,
                **values,
            }
        )

    def pass_time(self, minutes=10):
        """Let so much time pass since companies were created without an answer."""
        super().pass_time(minutes)
        self.env.cr.execute(
            "UPDATE usercom_company SET creating_since = creating_since - %s * interval '1 minute'",
            [minutes],
        )
        self.env.cr.execute(
            "UPDATE usercom_outbox SET next_attempt_at = NULL WHERE state = 'pending'"
        )
        self.env.invalidate_all()
