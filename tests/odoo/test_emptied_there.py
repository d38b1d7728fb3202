"""A custom attribute that is emptied at User.com, whose answers show it so or leave it out."""

import requests

from .common_mappings import MappingCase


class EmptiedCase(MappingCase):
    unset = "absent"

    def setUp(self):
        super().setUp()
        self.shop_id = self.simulator.attribute("Shop", "string")["id"]
        self.backend.action_fetch_attributes()
        self.pair(self.backend, "ref", "shop")
        self.simulator.settings(unset_attributes=self.unset)
        known = {"ref": "Warsaw", "x_email_consent": True}
        self.other = self.synced(name="Anna Nowak", email="anna@example.org", **known)
        self.customer = self.synced(email="jan@example.org", **known)

    def clear_one_here(self):
        """Somebody empties a value in Odoo: the answer shows what User.com's answers do."""
        self.other.ref = False
        self.drain()
        self.simulator.clear_journal()

    def empty_there(self, contact=None, **values):
        contact = contact or self.customer
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, **(values or {"shop": None}))
        self.receive(id=user_id)
        self.drain()


class TestShownAsNull(EmptiedCase):
    unset = "null"

    def test_an_attribute_emptied_there_is_emptied_in_odoo(self):
        self.empty_there()
        self.assertFalse(self.customer.ref)

    def test_one_that_is_not_even_named_is_kept(self):
        self.clear_one_here()
        self.simulator.settings(unset_attributes="absent")
        self.empty_there()
        self.assertEqual(self.customer.ref, "Warsaw")


class TestLeftOut(EmptiedCase):
    def test_an_attribute_emptied_there_is_emptied_in_odoo(self):
        self.clear_one_here()
        self.empty_there()
        self.assertFalse(self.customer.ref)
        self.assertEqual(self.customer.x_email_consent, True)
        self.assertEqual(self.customer.usercom_state, "synced")
        self.assertFalse(self.waiting(self.customer))

    def test_before_any_was_emptied_here_one_left_out_may_be_unsaid(self):
        self.empty_there()
        self.assertEqual(self.customer.ref, "Warsaw")

    def test_an_answer_without_any_custom_attribute_teaches_nothing(self):
        self.empty_there(self.other, email_consent=None)
        self.clear_one_here()
        self.empty_there()
        self.assertEqual(self.customer.ref, "Warsaw")

    def test_an_account_that_shows_null_later_is_believed_again(self):
        self.clear_one_here()
        self.other.ref = "Cracow"
        self.drain()
        self.simulator.settings(unset_attributes="null")
        self.clear_one_here()
        self.simulator.settings(unset_attributes="absent")
        self.empty_there()
        self.assertEqual(self.customer.ref, "Warsaw")

    def test_another_account_at_the_same_place_has_to_teach_it_anew(self):
        self.clear_one_here()
        self.backend.api_key = "y" * 64
        self.backend.api_key = self.simulator.api_key
        self.backend.action_authenticate()
        self.empty_there()
        self.assertEqual(self.customer.ref, "Warsaw")

    def test_what_is_emptied_there_is_sent_again_where_odoo_has_changed_it(self):
        self.clear_one_here()
        user_id = self.binding(self.customer).external_id
        self.simulator.patch_user(user_id, shop=None)
        self.customer.ref = "Cracow"
        self.receive(id=user_id)
        self.drain()
        self.assertEqual(self.remote(self.customer)["attributes"]["shop"], "Cracow")

    def test_a_no_that_vanishes_there_is_repeated_and_a_yes_does_not_come_of_it(self):
        self.clear_one_here()
        self.customer.x_email_consent = False
        self.drain()
        self.empty_there(email_consent=None)
        self.assertFalse(self.customer.x_email_consent)
        self.assertIs(self.remote(self.customer)["attributes"]["email_consent"], False)

    def test_a_yes_that_vanishes_there_is_no_withdrawal(self):
        self.clear_one_here()
        self.empty_there(email_consent=None)
        self.assertTrue(self.customer.x_email_consent)

    def test_an_attribute_that_is_deleted_there_empties_nobody(self):
        self.clear_one_here()
        where = f"{self.simulator.url}/api/public/attributes/{self.shop_id}/"
        requests.delete(where, headers=self.simulator.headers(), timeout=5).raise_for_status()
        self.empty_there(phone_number="600100200")
        self.assertEqual(self.customer.phone, "600100200")
        self.assertEqual(self.customer.ref, "Warsaw")

    def test_a_change_that_empties_all_else_loses_nothing_in_odoo(self):
        self.clear_one_here()
        self.simulator.settings(put="replace")
        self.customer.phone = "2"
        self.drain()
        self.assertEqual(self.backend.state, "paused")
        self.simulator.settings(put="partial")
        self.backend.action_authenticate()
        self.receive(id=self.binding(self.customer).external_id)
        self.drain()
        self.assertEqual(self.customer.ref, "Warsaw")


class TestLeftOutOfLists(EmptiedCase):
    def test_one_that_a_list_leaves_out_is_read_by_itself(self):
        self.clear_one_here()
        third = self.synced(name="Ewa Lis", email="ewa@example.org", ref="Gdynia")
        self.simulator.patch_user(self.binding(self.customer).external_id, shop=None)
        self.simulator.patch_user(self.binding(third).external_id, phone_number="600100200")
        sweep = self.env["usercom.sweep"]._of(self.backend, "compare")
        sweep.started_at = False
        self.simulator.clear_journal()
        self.drain()
        self.assertFalse(self.customer.ref)
        singly = [call for call in self.calls("GET") if call.startswith("GET /users/")]
        self.assertIn(f"GET /users/{self.binding(self.customer).external_id}/", singly)
        self.assertNotIn(f"GET /users/{self.binding(third).external_id}/", singly)

    def test_nobody_is_read_for_a_yes_that_vanished(self):
        self.clear_one_here()
        self.empty_there(email_consent=None)
        self.env["usercom.sweep"]._of(self.backend, "compare").started_at = False
        self.simulator.clear_journal()
        self.drain()
        self.assertIn("GET /users/", self.calls("GET"))
        self.assertNotIn(
            f"GET /users/{self.binding(self.customer).external_id}/", self.calls("GET")
        )

    def test_lists_that_show_it_of_nobody_have_nobody_read(self):
        self.clear_one_here()
        self.empty_there(self.other, email_consent=None)
        self.env["usercom.sweep"]._of(self.backend, "compare").started_at = False
        self.simulator.fault(kind="status", status=200, path="/users/", body=self.bare_list())
        self.simulator.clear_journal()
        self.drain()
        self.assertEqual(self.customer.ref, "Warsaw")
        self.assertNotIn(
            f"GET /users/{self.binding(self.customer).external_id}/", self.calls("GET")
        )

    def bare_list(self):
        """A list of users as User.com's sample has it: without custom attributes."""
        names = ("id", "email", "name", "phone_number", "updated_at")
        users = [{name: user[name] for name in names} for user in self.simulator.users()]
        return {"count": len(users), "next": None, "previous": None, "results": users}
