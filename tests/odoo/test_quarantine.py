"""A row that ends its worker is left alone in the end, and no other with it."""

from unittest.mock import patch

from .common_deaths import DeathCase, Killed


class TestQuarantine(DeathCase):
    def people(self, count):
        people = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(count)]
        )
        self.drain()
        return people

    def states(self, people):
        rows = self.env["usercom.outbox"].search([("partner_id", "in", people.ids)])
        return {p: rows.filtered(lambda r: r.partner_id == p)[:1].state for p in people}  # noqa: B023

    def only_one_fails(self, people, deadly):
        self.assertEqual(self.deaths(), 3)
        states = self.states(people)
        self.assertEqual(states.pop(deadly), "failed")
        self.assertEqual(set(states.values()), {"done"})
        self.assertEqual(self.binding(deadly).state, "failed")
        self.assertIn("worker ended 3 times", self.binding(deadly).last_error)

    def test_the_contact_that_ends_its_worker_fails_alone(self):
        people = self.people(15)
        for number, contact in enumerate(people):  # no two alike: sent singly
            contact.phone = str(number)
        self.die_of(f"/users/{self.binding(people[7]).external_id}/")
        self.only_one_fails(people, people[7])

    def test_of_a_mass_update_only_the_guilty_contact_fails(self):
        people = self.people(60)
        people.phone = "2"
        self.die_of(str(self.binding(people[7]).external_id) + ",")  # in the list of a mass
        self.assertTrue(self.dies())
        self.die_of(f"/users/{self.binding(people[7]).external_id}/")
        self.assertEqual(self.deaths(), 2)
        states = self.states(people)
        self.assertEqual(states.pop(people[7]), "failed")
        self.assertEqual(set(states.values()), {"done"})

    def test_who_ends_the_worker_that_only_looks_ahead_fails_alone(self):
        people = self.people(60)
        people.phone = "2"
        self.env.cr.flush()
        contacts, deadly = self.env.registry["res.partner"], people[7]
        fetch = contacts._fetch_query

        def die(records, query, fields):
            found = fetch(records, query, fields)
            if "phone" in {field.name for field in fields} and deadly in found:
                raise Killed
            return found

        with patch.object(contacts, "_fetch_query", die):
            self.assertEqual(self.deaths(), 4)  # the first of them without a claim
        states = self.states(people)
        self.assertEqual(states.pop(deadly), "failed")
        self.assertEqual(set(states.values()), {"done"})

    def test_where_the_look_ahead_itself_ends_the_worker_all_go_singly(self):
        people = self.people(60)
        people.phone = "2"
        self.env.cr.flush()
        cursor = type(self.env.cr)
        execute = cursor.execute

        def die(cr, query, *arguments, **options):
            if "coalesce(r.force_single, false)" in getattr(query, "code", query):
                raise Killed
            return execute(cr, query, *arguments, **options)

        with patch.object(cursor, "execute", die):
            self.assertEqual(self.deaths(), 1)
        self.assertEqual(set(self.states(people).values()), {"done"})

    def test_the_call_that_ends_its_worker_fails_alone(self):
        users = [self.person(email=f"u{n}@example.org") for n in range(15)]
        rows = {user: self.put(id=user) for user in users}
        self.die_of(f"/users/{users[7]}/")
        self.assertEqual(self.deaths(), 3)
        self.assertEqual(rows.pop(users[7]).state, "failed")
        self.assertEqual({row.state for row in rows.values()}, {"done"})

    def test_an_edit_between_two_deaths_does_not_begin_anew(self):
        [contact] = self.people(1)
        self.die_of(f"/users/{self.binding(contact).external_id}/")
        for phone in "123":
            contact.phone = phone
            self.assertTrue(self.dies())
        self.assertEqual(self.deaths(), 0)
        self.assertEqual(self.states(contact)[contact], "failed")

    def test_what_is_settled_is_suspected_no_more(self):
        [contact] = self.people(1)
        contact.phone = "1"
        self.die_of(f"/users/{self.binding(contact).external_id}/")
        for _time in range(2):
            self.assertTrue(self.dies())
        self.die_of(None)
        self.simulator.fault(kind="status", status=503, count=1)
        self.assertEqual(self.deaths(), 0)
        row = self.env["usercom.outbox"].search([("partner_id", "=", contact.id)], limit=1)
        self.assertEqual(row.claims, 0)

    def test_once_the_cause_is_mended_a_retry_heals(self):
        [contact] = self.people(1)
        contact.phone = "1"
        self.die_of(f"/users/{self.binding(contact).external_id}/")
        self.assertEqual(self.deaths(), 3)
        self.die_of(None)
        row = self.env["usercom.outbox"].search([("partner_id", "=", contact.id)], limit=1)
        row.action_retry()
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "1")
