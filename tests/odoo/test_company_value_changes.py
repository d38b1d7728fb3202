"""The history of fields tells of the values of companies, too."""

from .common_companies import CompaniesCase
from .common_value_changes import ValueChangeCase


class TestCompanyValueChanges(ValueChangeCase, CompaniesCase):
    def setUp(self):
        super().setUp()
        self.backend.company_mapping_ids.filtered(lambda m: m._key() == "city").direction = "both"
        self.acme = self.company(city="Łódź")
        self.member(self.acme)
        self.rest()

    def test_a_new_company_had_nothing_there(self):
        noted = {key: (old, new) for key, old, new, *_rest in self.noted(self.acme)}
        self.assertEqual((noted["city"], noted["name"]), (("", "Łódź"), ("", "Acme")))

    def test_an_edit_of_a_company_is_noted_with_who_made_it(self):
        self.forget()
        self.acme.with_user(self.marta).city = "Kraków"
        self.rest()
        self.assertEqual(self.noted(self.acme), [("city", "Łódź", "Kraków", "sent", "Marta Nowak")])
        [change] = self.env["usercom.value.change"].search([("partner_id", "=", self.acme.id)])
        self.assertEqual(change.mapping_id.resource, "companies")

    def test_what_user_com_changed_of_a_company_is_noted(self):
        self.forget()
        self.simulator.patch_company(self.link(self.acme).external_id, city="Gdańsk")
        self.env["usercom.sweep"]._request(self.backend, "reconcile")
        self.rest()
        self.assertEqual(self.acme.city, "Gdańsk")
        self.assertEqual(
            self.noted(self.acme), [("city", "Łódź", "Gdańsk", "received", "User.com")]
        )

    def test_a_change_whose_answer_was_lost_is_noted_once_it_is_found_there(self):
        self.forget()
        self.acme.city = "Kraków"
        self.lose("PUT")
        self.assertEqual(self.noted(self.acme), [])
        self.link(self.acme).action_push()
        self.rest()
        noted = [change[:4] for change in self.noted(self.acme)]
        self.assertEqual(noted, [("city", "Łódź", "Kraków", "sent")])

    def test_the_contacts_timeline_shows_it_and_erasure_removes_it(self):
        self.assertTrue(self.entries(self.acme, self.marta))
        self.acme._usercom_anonymize()
        self.assertEqual(self.noted(self.acme), [])

    def test_nothing_is_noted_where_no_history_is_kept(self):
        self.forget()
        self.backend.history_days = 0
        self.acme.city = "Kraków"
        self.rest()
        self.assertEqual(self.noted(self.acme), [])
