"""One value for many contacts goes out in few calls."""

from .common import UsercomCase


class TestMass(UsercomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pair(cls.backend, "city", "city")

    def contacts(self, count):
        """So many contacts that are at User.com already."""
        contacts = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(count)]
        )
        self.drain()
        self.simulator.clear_journal()
        self.simulator.clear_faults()
        return contacts

    def cities(self):
        return [user["city"] for user in self.simulator.users(limit=1000)]

    def rows(self, contacts):
        return self.env["usercom.outbox"].search([("partner_id", "in", contacts.ids)])

    def test_one_value_for_many_is_a_mass_update(self):
        contacts = self.contacts(60)
        contacts.city = "Łódź"
        self.drain()
        self.assertEqual(self.cities(), ["Łódź"] * 60)
        self.assertEqual(len(self.calls()), 3)
        self.assertEqual(set(self.rows(contacts).mapped("state")), {"done"})
        self.assertEqual(set(contacts.mapped("usercom_state")), {"synced"})

    def test_what_was_sent_in_a_mass_update_is_agreed_on(self):
        contacts = self.contacts(30)
        contacts.city = "Łódź"
        self.drain()
        self.simulator.clear_journal()
        contacts.action_usercom_push()
        self.drain()
        self.assertEqual(self.calls("PUT"), [])

    def test_a_new_pair_that_is_only_sent_asks_for_no_user(self):
        contacts = self.contacts(60)
        self.backend.mapping_ids.filtered(lambda m: m.field_name == "city").direction = "export"
        self.pair(self.backend, "comment", "country", direction="export")
        contacts[:30].comment = "Spain"
        contacts[30:].comment = "Italy"
        self.drain()
        there = [user["country"] for user in self.simulator.users(limit=1000)]
        self.assertEqual(sorted(there), ["Italy"] * 30 + ["Spain"] * 30)
        self.assertEqual(len(self.calls()), 6)

    def test_those_that_differ_in_nothing_are_done_at_once(self):
        contacts = self.contacts(60)
        contacts.city = "Łódź"
        self.drain()
        self.simulator.clear_journal()
        self.env["usercom.outbox"]._enqueue(contacts.ids)
        self.drain()
        self.assertEqual(self.calls(), [])
        newest = {row.partner_id: row for row in self.rows(contacts).sorted("id")}
        self.assertEqual({row.outcome for row in newest.values()}, {"equal"})
        self.assertEqual(len({row.write_date for row in newest.values()}), 1)

    def test_each_of_several_values_is_one_mass_update(self):
        contacts = self.contacts(60)
        contacts[:30].city = "Łódź"
        contacts[30:].city = "Kraków"
        self.drain()
        there = {user["email"]: user["city"] for user in self.simulator.users(limit=1000)}
        self.assertEqual(there, {contact.email: contact.city for contact in contacts})
        self.assertEqual(len(self.calls()), 6)

    def test_a_contact_with_more_to_say_goes_singly(self):
        contacts = self.contacts(40)
        contacts.city = "Łódź"
        contacts[7].phone = "7"
        self.drain()
        self.assertEqual(self.cities(), ["Łódź"] * 40)
        self.assertEqual(self.remote(contacts[7])["phone_number"], "7")
        self.assertEqual(len(self.calls()), 4)

    def test_several_values_together_are_one_mass_update_each(self):
        contacts = self.contacts(60)
        contacts.write({"city": "Łódź", "phone": "7"})
        self.drain()
        there = {(user["city"], user["phone_number"]) for user in self.simulator.users(limit=1000)}
        self.assertEqual(there, {("Łódź", "7")})
        self.assertEqual(len(self.calls("PUT /users/mass_update")), 2)
        self.assertEqual(len(self.calls()), 4)
        self.assertEqual(set(self.rows(contacts).mapped("state")), {"done"})
        self.assertEqual(self.rows(contacts[-1])[0].sent, {"city": "Łódź", "phone_number": "7"})

    def test_whoever_is_refused_one_of_several_values_gets_them_all_singly(self):
        contacts = self.contacts(60)
        self.simulator.fault(
            kind="status", status=400, path="/users/mass_update_standard*", every=2, count=9
        )
        contacts.write({"city": "Łódź", "phone": "7"})
        self.drain()
        there = {(user["city"], user["phone_number"]) for user in self.simulator.users(limit=1000)}
        self.assertEqual(there, {("Łódź", "7")})
        self.assertEqual(set(self.rows(contacts).mapped("state")), {"done"})

    def test_a_mass_withdrawal_overtakes_everything_in_few_calls(self):
        contacts = self.contacts(100)
        usual, withdrawing = contacts[:40], contacts[40:]
        withdrawing.x_email_consent = True
        self.drain()
        self.simulator.clear_journal()
        for number, contact in enumerate(usual):
            contact.phone = str(number)
        self.env.cr.flush()
        withdrawing.x_email_consent = False
        self.drain()
        self.assertEqual(self.calls()[1], "PUT /users/mass_update_custom_attributes/")
        self.assertEqual(
            {self.remote(c)["attributes"]["email_consent"] for c in withdrawing}, {False}
        )
        self.assertEqual(len(self.calls()), 3 + 40)

    def test_a_few_contacts_go_singly(self):
        contacts = self.contacts(8)
        contacts.city = "Łódź"
        self.drain()
        self.assertEqual(len(self.calls("PUT /users/mass_update")), 0)
        self.assertEqual(self.cities(), ["Łódź"] * 8)

    def test_clearing_a_value_goes_singly(self):
        contacts = self.contacts(30)
        contacts.city = "Łódź"
        self.drain()
        self.simulator.clear_journal()
        contacts.city = False
        self.drain()
        self.assertEqual(len(self.calls("PUT /users/mass_update")), 0)
        self.assertEqual(self.cities(), [None] * 30)

    def test_user_com_may_limit_the_ids_of_a_call(self):
        contacts = self.contacts(100)
        self.simulator.settings(mass_update_limit=30)
        contacts.city = "Łódź"
        self.drain()
        self.assertEqual(self.cities(), ["Łódź"] * 100)
        self.assertLess(len(self.calls()), 15)

    def test_without_mass_updates_each_contact_goes_singly(self):
        contacts = self.contacts(30)
        self.simulator.fault(kind="status", status=400, path="/users/mass_update*")
        contacts.city = "Łódź"
        self.drain()
        self.assertEqual(self.cities(), ["Łódź"] * 30)
        self.assertEqual(set(self.rows(contacts).mapped("state")), {"done"})

    def test_a_user_that_is_gone_harms_nobody_else(self):
        contacts = self.contacts(30)
        self.simulator.delete_user(self.binding(contacts[0]).external_id)
        contacts.city = "Łódź"
        self.drain()
        self.assertEqual(self.cities(), ["Łódź"] * 29)
        self.assertEqual(self.binding(contacts[0]).state, "gone")
        self.assertEqual(len(self.calls("PUT /users/mass_update")), 1)

    def test_a_mass_update_that_fails_on_the_way_is_tried_again(self):
        contacts = self.contacts(30)
        self.simulator.fault(kind="reset", path="/users/mass_update*", apply=True, count=1)
        contacts.city = "Łódź"
        self.drain()
        self.assertEqual(self.cities(), ["Łódź"] * 30)
        self.assertEqual(set(self.rows(contacts).mapped("state")), {"done"})

    def test_an_opt_in_for_many_is_no_mass_update_since_each_may_have_withdrawn(self):
        contacts = self.contacts(30)
        contacts.x_email_consent = True
        self.drain()
        users = self.simulator.users(limit=1000)
        self.assertEqual({user["attributes"]["email_consent"] for user in users}, {True})
        self.assertEqual(self.calls("PUT /users/mass_update"), [])
        self.assertEqual(len(self.calls("GET /users/")), 30)

    def test_reading_a_batch_takes_as_many_queries_as_reading_few(self):
        contacts = self.contacts(120)

        def queries(chosen):
            chosen.city = f"City {len(chosen)}"
            self.env.cr.flush()
            self.env.invalidate_all()
            rows = self.env["usercom.outbox"].search(
                [("partner_id", "in", chosen.ids), ("state", "=", "pending")]
            )
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows._tasks(self.backend)
            return self.env.cr.sql_log_count - before

        queries(contacts[:2])  # warms the caches
        self.assertEqual(queries(contacts[:2]), queries(contacts[2:]))

    def test_a_mass_update_takes_about_as_many_queries_for_any_number(self):
        contacts = self.contacts(120)

        def queries(chosen):
            chosen.city = f"City {len(chosen)}"
            self.env.cr.flush()
            before = self.env.cr.sql_log_count
            self.drain()
            return self.env.cr.sql_log_count - before

        queries(contacts[:30])  # warms the caches
        few, many = queries(contacts[:40]), queries(contacts[40:])
        self.assertLess(many - few, 20)  # 40 contacts more, not one query for each

    def test_a_gone_user_with_several_namesakes_harms_nobody_else(self):
        contacts = self.contacts(30)
        self.simulator.delete_user(self.binding(contacts[0]).external_id)
        self.simulator.seed({"email": contacts[0].email}, {"email": contacts[0].email})
        contacts.city = "Łódź"
        self.drain()
        self.assertEqual(self.cities().count("Łódź"), 29)
        self.assertEqual(contacts.mapped("usercom_state").count("failed"), 1)
        self.assertEqual(self.binding(contacts[0]).state, "failed")
