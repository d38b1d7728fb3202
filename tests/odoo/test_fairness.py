"""Who edits one contact does not wait for what others do to thousands."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command

from odoo.addons.usercom_connector.models.queue import outbox_enqueue as usercom_outbox_enqueue
from odoo.addons.usercom_connector.models.queue import touched as usercom_touched
from odoo.addons.usercom_connector.services.account.connection import Connection
from odoo.addons.usercom_connector.services.drain import drain as drain_module
from odoo.addons.usercom_connector.services.drain.drain import QueueRunner
from odoo.addons.usercom_connector.services.drain.queues import Queues
from odoo.addons.usercom_connector.services.drain.turns import Turns
from odoo.addons.usercom_connector.services.inbox.prompts import Prompts, keys_in
from odoo.addons.usercom_connector.services.queue import claims
from odoo.addons.usercom_connector.services.queue.claims import LOW, PRIORITIES, URGENT, USUAL
from odoo.addons.usercom_connector.services.queue.holds import DrainLock

from .common import UsercomCase


class FairCase(UsercomCase):
    def people(self, count, name="No", **values):
        return self.env["res.partner"].create(
            [
                {"name": f"{name} {n}", "email": f"{name.lower()}{n}@example.org", **values}
                for n in range(count)
            ]
        )

    def priorities(self, contacts):
        return set(self.waiting_rows(contacts).mapped("priority"))

    def waiting_rows(self, contacts):
        self.env.cr.flush()
        return self.env["usercom.outbox"].search(
            [("partner_id", "in", contacts.ids), ("state", "=", "pending")]
        )

    def arrivals(self):
        """The e-mail addresses in the order in which User.com first heard of them."""
        bodies = [entry["body"] for entry in self.simulator.journal(kind="request")]
        return [body["email"] for body in bodies if isinstance(body, dict) and body.get("email")]


class TestBulk(FairCase):
    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(usercom_outbox_enqueue, "BULK", 10))

    def test_many_contacts_of_one_transaction_wait_for_the_edits_of_others(self):
        self.assertEqual(self.priorities(self.people(11)), {LOW})
        self.assertEqual(self.priorities(self.people(10, "Few")), {USUAL})

    def test_an_import_waits_however_few_it_brings(self):
        importing = self.env["res.partner"].with_context(import_file=True)  # as Odoo's wizard does
        found = importing.load(["name", "email"], [["Anna Nowak", "anna@example.org"]])
        self.assertEqual(self.priorities(self.env["res.partner"].browse(found["ids"])), {LOW})

    def test_an_edit_raises_a_contact_that_waits_behind(self):
        people = self.people(11)
        self.env.cr.flush()
        people[7].phone = "2"
        self.assertEqual(self.waiting(people[7]).priority, USUAL)
        self.assertEqual(self.priorities(people - people[7]), {LOW})

    def test_a_withdrawal_among_many_is_urgent(self):
        people = self.people(11, x_email_consent=True)
        self.drain()
        people.write({"phone": "2"})
        people[3].x_email_consent = False
        self.assertEqual(self.waiting(people[3]).priority, URGENT)
        self.assertEqual(self.priorities(people - people[3]), {LOW})


class TestOrder(FairCase):
    def test_one_edit_goes_before_many_of_one_transaction(self):
        self.backend.rate_limit = 10
        with patch.object(usercom_outbox_enqueue, "BULK", 10):
            self.people(12)
            self.env.cr.flush()
        self.contact(email="jan@example.org")
        self.drain()
        self.assertEqual(self.arrivals()[0], "jan@example.org")

    def test_one_edit_does_not_wait_for_all_that_others_made_before(self):
        self.backend.rate_limit = 10
        for n in range(20):
            self.contact(email=f"no{n}@example.org")
            self.env.cr.flush()
        self.contact(email="jan@example.org")
        self.drain()
        arrivals = self.arrivals()
        self.assertLess(arrivals.index("jan@example.org"), 8)
        self.assertLess(arrivals.index("no0@example.org"), 8)


class TestTouched(FairCase):
    """A tag that many hold is renamed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pair(cls.backend, "category_id", "region", direction="export")

    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(usercom_outbox_enqueue, "BULK", 10))
        self.enterContext(patch.object(usercom_touched, "BATCH", 5))
        self.tag = self.env["res.partner.category"].create({"name": "North"})
        self.holders = self.people(12, category_id=self.tag.ids)
        self.drain()
        self.tag.name = "South"
        self.env.cr.flush()

    def regions(self):
        return {user["region"] for user in self.simulator.users(limit=1000)}

    def test_it_is_noted_as_one_row(self):
        self.assertFalse(self.waiting_rows(self.holders))
        self.assertEqual(self.env["usercom.touched"].search_count([]), 1)

    def test_the_drain_finds_who_holds_it(self):
        self.drain()
        self.assertEqual(self.regions(), {"South"})
        self.assertFalse(self.env["usercom.touched"].search_count([]))

    def test_an_edit_goes_first(self):
        self.simulator.clear_journal()
        self.contact(email="jan@example.org")
        self.drain()
        self.assertEqual(self.arrivals()[0], "jan@example.org")

    def test_of_few_holders_it_goes_as_an_edit_of_theirs(self):
        tag = self.env["res.partner.category"].create({"name": "East"})
        few = self.people(3, "Few", category_id=tag.ids)
        self.drain()
        self.tag.name = "North"
        self.env.cr.flush()
        tag.name = "West"
        self.env.cr.flush()
        self.env["usercom.touched"]._new_of(self.backend)._queue_new()
        self.assertEqual(self.priorities(few), {USUAL})
        self.assertFalse(self.waiting_rows(self.holders))

    def test_edits_of_what_many_hold_are_one_row_after_it_was_looked_who_holds_it(self):
        self.env["usercom.touched"]._new_of(self.backend)._queue_new()
        self.tag.name = "North"
        self.env.cr.flush()
        self.assertEqual(self.env["usercom.touched"].search_count([]), 1)
        self.drain()
        self.assertEqual(self.regions(), {"North"})

    def test_edits_of_one_record_wait_as_one_row(self):
        for name in ("North", "South"):
            self.tag.name = name
            self.env.cr.flush()
        self.assertEqual(self.env["usercom.touched"].search_count([]), 1)
        self.drain()
        self.assertEqual(self.regions(), {"South"})

    def test_rows_of_one_edit_are_looked_through_together(self):
        other = self.env["res.partner.category"].create({"name": "East"})
        self.holders.category_id += other
        self.drain()
        self.tag.name = "North"
        self.env.cr.flush()
        other.name = "West"
        self.env.cr.flush()
        touched = self.env["usercom.touched"]._of(self.backend)
        self.assertEqual(len(touched), 2)
        for _batch in range(3):
            touched.exists()._queue_some()
        self.assertFalse(touched.exists())
        self.assertEqual(len(self.waiting_rows(self.holders)), 12)

    def test_an_edit_of_what_is_half_expanded_begins_anew(self):
        self.env["usercom.touched"]._of(self.backend)._queue_some()
        self.tag.name = "North"
        self.env.cr.flush()
        self.assertEqual(self.env["usercom.touched"].search_count([]), 2)

    def test_a_deleted_tag_is_noted_as_one_row(self):
        self.drain()
        self.tag.unlink()
        self.assertFalse(self.waiting_rows(self.holders))
        self.assertEqual(self.env["usercom.touched"].search_count([]), 1)
        self.drain()
        self.assertEqual(self.regions(), {None})

    def test_a_tag_taken_from_its_side_is_noted_as_one_row(self):
        self.drain()
        self.tag.partner_ids = [Command.clear()]
        self.assertFalse(self.waiting_rows(self.holders))
        self.drain()
        self.assertEqual(self.regions(), {None})


class TestBetween(FairCase):
    """An edit that comes while thousands of contacts are sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pair(cls.backend, "city", "city")

    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(usercom_outbox_enqueue, "BULK", 10))
        self.jan = self.contact(email="jan@example.org")
        self.many = self.people(60)
        self.drain()
        self.many.city = "Łódź"
        self.env.cr.flush()
        self.simulator.clear_journal()

    def turns(self, *meanwhile):
        """The ids of whom each turn of a drain claims, none where it only looked.

        After the first turn the first function of ``meanwhile`` is called, and so on.
        """
        found, edits = [], list(meanwhile)
        self.env.cr.flush()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            backend = self.backend.with_env(self.env(cr=cr))
            queues = Queues(backend)
            for rows in Turns(queues).claimed(iter(queues.waiting, None)):
                found.append(set(rows.partner_id.ids if rows else ()))
                if edits:
                    edits.pop(0)(backend)
                    cr.flush()
        self.env.invalidate_all()
        return found

    def edit_jan(self, backend):
        self.jan.with_env(backend.env).phone = "2"

    def call_of_one(self, backend):
        link = self.many[7].with_env(backend.env).usercom_binding_ids
        Prompts(backend).put(keys_in({"id": link.external_id}))

    def test_whoever_edits_goes_between_the_look_at_many_and_their_sending(self):
        many, jan = set(self.many.ids), {self.jan.id}
        self.assertEqual(self.turns(self.edit_jan), [set(), jan, many])

    def test_whoever_edits_goes_before_the_next_of_a_touched_record(self):
        self.drain()
        self.env["usercom.touched"]._note({"id": self.many.ids})
        found = self.turns(self.edit_jan)
        self.assertEqual(found[:2], [set(), {self.jan.id}])
        self.assertEqual(set.union(*found[2:]), set(self.many.ids))

    def test_of_those_found_alike_whom_a_call_names_meanwhile_is_read_first(self):
        one = {self.many[7].id}
        found = self.turns(self.call_of_one)
        self.assertEqual(found[2], set(self.many.ids) - one)


class TestGathered(FairCase):
    """Thousands of alike contacts are looked at a part at a time, and sent as one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pair(cls.backend, "city", "city")

    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(usercom_outbox_enqueue, "BULK", 10))
        self.many = self.people(60)
        self.drain()
        for module in (claims, drain_module):
            self.enterContext(patch.object(module, "LOOK_AHEAD", 20))
        self.many.city = "Łódź"
        self.env.cr.flush()
        self.simulator.clear_journal()

    def rows(self):
        domain = [("partner_id", "in", self.many.ids), ("outcome", "=", "sent")]
        return self.env["usercom.outbox"].search(domain)

    def test_parts_of_one_mass_update_are_few_calls(self):
        self.drain()
        self.assertEqual({user["city"] for user in self.simulator.users(limit=100)}, {"Łódź"})
        self.assertEqual(len(self.calls()), 3)
        self.assertEqual(self.waiting_rows(self.many), self.rows().browse())

    def test_what_has_waited_is_given_back_where_the_account_is_paused(self):
        with self.runner() as runner:
            tasks = runner._tasks(PRIORITIES)
            self.assertIsNone(next(tasks))
            runner.backend.state = "paused"
            self.assertEqual([task for task in tasks if task], [])
        self.assertEqual(len(self.waiting_rows(self.many)), 60)
        self.assertFalse(any(self.waiting_rows(self.many).mapped("claimed_at")))

    def test_whoever_edits_one_of_them_has_them_sent_at_once(self):
        sizes = []
        with self.runner() as runner:
            for task in runner._tasks(PRIORITIES):
                sizes.append(task and len(task.rows))
                if sizes == [None, None]:
                    self.many[3].with_env(runner.env).phone = "2"
                    runner.env.cr.flush()
        self.assertEqual(sizes[:3], [None, None, 20])

    @contextmanager
    def runner(self):
        self.env.cr.flush()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            backend = self.backend.with_env(self.env(cr=cr))
            with DrainLock(backend).held(), Connection(backend).client() as client:
                yield QueueRunner(backend, client, float("inf"))
        self.env.invalidate_all()
