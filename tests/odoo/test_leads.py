"""With CRM (`usercom_connector_crm`): new people of User.com can become leads too."""

from datetime import timedelta

from odoo import fields

from .common import UsercomCase


class TestLeads(UsercomCase):
    def leads(self):
        return self.env["crm.lead"].search([("partner_id", "=", self.found().id)])

    def test_a_new_person_can_become_a_lead_too(self):
        self.backend.new_user_policy = "lead"
        self.receive(id=self.person(first_name="Anna"))
        lead = self.leads()
        self.assertEqual((lead.type, lead.company_id), ("lead", self.backend.company_id))
        self.assertEqual(lead.name, "Anna (User.com)")

    def test_with_another_choice_nobody_becomes_a_lead(self):
        self.receive(id=self.person(first_name="Anna"))
        self.assertTrue(self.found())
        self.assertFalse(self.leads())

    def test_who_is_known_becomes_no_lead(self):
        self.backend.new_user_policy = "lead"
        self.contact(email="anna@example.org")
        self.receive(id=self.person())
        self.assertFalse(self.leads())

    def test_all_of_a_list_become_leads_at_once(self):
        self.backend.new_user_policy = "lead"
        emails = [f"anna{number}@example.org" for number in range(30)]
        self.simulator.seed(*({"email": email} for email in emails))
        long_ago = fields.Datetime.now() - timedelta(days=7)
        sweep = self.env["usercom.sweep"]._of(self.backend, "reconcile")
        sweep.write({"started_at": long_ago, "read_until": long_ago})
        self.drain()
        found = self.env["res.partner"].search([("email", "in", emails)])
        leads = self.env["crm.lead"].search([("partner_id", "in", found.ids)])
        self.assertEqual((len(found), len(leads)), (30, 30))

    def test_the_choice_stands_after_the_usual_one(self):
        settings = self.env["res.config.settings"].fields_get(["usercom_new_user_policy"])
        choices = dict(settings["usercom_new_user_policy"]["selection"])
        self.assertEqual(list(choices), ["create", "lead", "link", "ignore"])
