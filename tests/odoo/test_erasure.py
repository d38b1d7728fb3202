"""A person is erased: nothing personal is left, and nobody brings the person back."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from odoo.addons.usercom_connector.services.account.connection import Connection
from odoo.addons.usercom_connector.services.drain.tasks import Settlement
from odoo.addons.usercom_connector.services.queue.claims import OutboxClaims
from odoo.addons.usercom_connector.usercom.jobs import Outcome

from .common_consents import ConsentCase

EMAIL = "jan@example.org"


class TestErasure(ConsentCase):
    def erase(self, contact):
        """As Odoo's Privacy Lookup does it when everything it found is deleted."""
        wizard = self.env["privacy.lookup.wizard"].create({"name": contact.name, "email": EMAIL})
        wizard.action_lookup()
        found = set(wizard.line_ids.mapped("res_model"))
        wizard.line_ids.action_unlink_all()
        self.env.flush_all()
        return found

    def known(self):
        """A contact that both sides know, with a log and with rows in both queues."""
        contact = self.synced(email=EMAIL, phone="+48 555", x_email_consent=True)
        self.receive(contact, email_consent=False, phone_number="+48 777")
        self.call(self.binding(contact).external_id, email=EMAIL, phone_number="+48 777")
        contact.phone = "+48 888"
        self.env.cr.flush()
        return contact

    def texts(self):
        """All that our tables hold, as text."""
        for name in self.env.registry:
            model = self.env[name]
            if name.startswith("usercom.") and model._auto and not model._transient:
                self.env.cr.execute(f'SELECT t::text FROM "{model._table}" t')  # noqa: S608
                for (text,) in self.env.cr.fetchall():
                    yield name, text

    def test_the_privacy_lookup_finds_our_rows(self):
        found = self.erase(self.known())
        self.assertLessEqual({"usercom.inbox", "usercom.consent.log", "res.partner"}, found)

    def test_nothing_personal_is_left(self):
        self.erase(self.known())
        for name, text in self.texts():
            for trace in (EMAIL, "Kowalski", "+48 555", "+48 777", "+48 888"):
                self.assertNotIn(trace, text, name)

    def test_nor_what_names_only_the_custom_id(self):
        self.backend.custom_id_policy = "email"
        contact = self.synced(email=EMAIL)
        self.put(custom_id=EMAIL)
        self.erase(contact)
        for name, text in self.texts():
            self.assertNotIn(EMAIL, text, name)

    def test_the_consent_log_stays_and_names_nobody(self):
        contact = self.known()
        rows = contact.usercom_consent_log_ids
        self.erase(contact)
        self.assertEqual(rows.exists(), rows)
        self.assertFalse(rows.partner_id)

    def test_no_later_call_brings_the_person_back(self):
        contact = self.known()
        user_id = self.binding(contact).external_id
        self.erase(contact)
        self.call(user_id, email=EMAIL)
        self.drain()
        self.assertFalse(self.found(EMAIL))

    def test_nor_who_could_not_be_told_apart_before(self):
        self.simulator.seed({"email": EMAIL}, {"email": EMAIL})
        contact = self.contact(email=EMAIL)
        self.drain()
        self.assertFalse(self.binding(contact).external_id)
        self.erase(contact)
        self.call(self.simulator.seed({"email": EMAIL})["ids"][0])
        self.drain()
        self.assertFalse(self.found(EMAIL))

    def test_nor_does_a_new_user_with_the_same_address(self):
        self.erase(self.known())
        self.call(self.simulator.seed({"email": EMAIL.upper()})["ids"][0])
        self.drain()
        self.assertFalse(self.env["res.partner"].search([("email", "=ilike", EMAIL)]))

    def test_nor_a_user_who_was_created_unheard_with_an_address_of_before(self):
        self.simulator.fault(kind="reset", method="POST", path="/users/*", apply=True, count=1)
        contact = self.contact(email=EMAIL)
        self.drain()
        contact.email = "corrected@example.org"
        contact.unlink()
        [user] = self.simulator.users()
        self.call(user["id"], email=EMAIL)
        self.drain()
        self.assertEqual(user["email"], EMAIL)
        self.assertFalse(self.found(EMAIL))

    def erased_unheard(self, email):
        """The id of a user who was created without an answer; the contact was deleted then."""
        self.simulator.fault(kind="reset", method="POST", path="/users/*", apply=True, count=1)
        contact = self.contact(email=email, x_email_consent=True)
        self.drain()
        self.simulator.clear_faults()
        [user] = self.simulator.users(email=email)
        contact.unlink()
        return user["id"]

    def told_of(self, user_id):
        self.call(user_id)
        for _run in range(2):
            self.drain()
        self.assertFalse(self.env["usercom.outbox"].search([("state", "=", "pending")]))
        return next((u for u in self.simulator.users() if u["id"] == user_id), None)

    def test_of_one_created_unheard_the_policy_is_followed_once_a_call_tells_of_it(self):
        for policy, is_there, is_subscribed in (
            ("keep", True, True),
            ("unsubscribe", True, False),
            ("delete", False, None),
        ):
            with self.subTest(policy):
                self.backend.removal_policy = policy
                user_id = self.erased_unheard(f"{policy}@example.org")
                user = self.told_of(user_id)
                self.assertEqual(bool(user), is_there)
                self.assertEqual(user and not user["unsubscribed"], is_subscribed)
                self.simulator.clear_journal()
                self.told_of(user_id)
                self.assertEqual(self.calls("PUT") + self.calls("DELETE"), [])

    def test_who_signs_up_there_later_with_that_address_stays_and_is_not_brought_back(self):
        self.backend.removal_policy = "delete"
        self.simulator.fault(kind="reset", method="POST", path="/users/*", count=1)
        contact = self.contact(email=EMAIL)
        self.drain()
        self.pass_time(minutes=20)
        contact.unlink()
        [user_id] = self.simulator.seed({"email": EMAIL})["ids"]
        self.assertTrue(self.told_of(user_id))
        self.assertFalse(self.found(EMAIL))

    def test_a_person_entered_again_by_hand_is_welcome(self):
        self.erase(self.known())
        contact = self.synced(email=EMAIL)
        self.assertEqual(self.binding(contact).state, "synced")

    def test_another_contact_with_the_same_address_keeps_its_news(self):
        contact = self.synced(email=EMAIL, x_email_consent=True)
        twin = self.contact(name="Twin", email=EMAIL)
        self.call(self.binding(contact).external_id, email=EMAIL)
        twin.unlink()
        self.assertEqual(self.env["usercom.inbox"].search_count([("state", "=", "pending")]), 1)
        self.simulator.patch_user(self.binding(contact).external_id, email_consent=False)
        self.drain()
        self.assertFalse(contact.x_email_consent)

    def test_an_archived_contact_still_hears_of_a_withdrawal(self):
        contact = self.synced(email=EMAIL, x_email_consent=True)
        contact.active = False
        self.receive(contact, email_consent=False)
        self.assertFalse(contact.x_email_consent)
        self.assertEqual(self.log(contact)[-1], ("yes", "no", "webhook"))

    def test_deleting_one_without_an_address_reads_no_others(self):
        self.env["res.partner"].create([{"name": f"No {number}"} for number in range(50)])
        contact = self.contact()
        self.env.flush_all()
        self.env.invalidate_all()
        contact._usercom_erase()  # not all of unlink(), which empties the cache
        for name in ("name", "email_normalized"):
            self.assertLess(len(self.env.cache.get_records(contact, contact._fields[name])), 20)


class TestCrossing(ConsentCase):
    """A contact is erased while the call that creates its user is under way."""

    def crossing(self, erase):
        """Run a push of a new contact and ``erase`` it before what came out is stored."""
        contact = self.contact(email=EMAIL)
        self.env.cr.flush()
        row = OutboxClaims(self.backend).claim(0, self.waiting(contact).id)
        [task] = row._tasks(self.backend)
        with Connection(self.backend).client() as client:
            result = task.job.run(client)
            erase(contact)
            self.env.cr.flush()
            Settlement(self.backend, client).store([Outcome(task, result)])
        self.drain()

    def test_its_user_gets_what_the_policy_says(self):
        for policy in ("keep", "unsubscribe", "delete"):
            with self.subTest(policy):
                self.simulator.reset(rate_limit=0)
                self.backend.removal_policy = policy
                self.crossing(lambda contact: contact.unlink())
                ends = [user["unsubscribed"] for user in self.simulator.users()]
                self.assertEqual(
                    ends, {"keep": [False], "unsubscribe": [True], "delete": []}[policy]
                )

    def test_its_user_does_not_bring_the_person_back(self):
        self.crossing(lambda contact: contact.unlink())
        self.simulator.patch_user(self.simulator.users()[0]["id"], email="else@example.org")
        self.call(self.simulator.users()[0]["id"])
        self.drain()
        self.assertFalse(self.found("else@example.org"))

    def test_nor_does_the_call_about_it_that_comes_before_its_answer(self):
        def erase(contact):
            contact.unlink()
            self.call(self.simulator.users()[0]["id"])
            self.drain()

        self.crossing(erase)
        self.assertFalse(self.found(EMAIL))


class TestComingBack(ConsentCase):
    """A contact was deleted by mistake: a manager lets the person come back."""

    def setUp(self):
        super().setUp()
        self.manager = new_test_user(
            self.env, "manager", "usercom_connector.group_usercom_manager,base.group_user"
        )
        contact = self.synced(email=EMAIL)
        self.user_id = self.binding(contact).external_id
        contact.unlink()

    def tombstones(self, email=EMAIL):
        """What a manager finds who types an e-mail address into the search box."""
        return (
            self.env["usercom.tombstone"]
            .with_user(self.manager)
            .search([("email", "ilike", email)])
        )

    def test_the_person_is_found_by_an_address_that_is_not_kept(self):
        tombstone = self.tombstones("JAN@example.org")
        self.assertEqual(tombstone.external_id, self.user_id)
        self.assertFalse(tombstone.email)
        self.assertFalse(self.tombstones("jan@example"))
        with self.assertRaises(AccessError):
            tombstone.read(["email_hash"])

    def test_what_can_be_shown_of_a_deleted_person_is(self):
        tombstone = self.tombstones()
        self.assertEqual(tombstone.create_uid, self.env.user)
        self.assertEqual(tombstone.recognized_by, "User.com ID and e-mail address")
        self.assertFalse(tombstone.user_state)

    def test_it_tells_what_became_of_the_user(self):
        for policy, waits, done in (
            ("delete", "Waiting: Delete", "Deleted"),
            ("unsubscribe", "Waiting: Unsubscribe", "Unsubscribed"),
        ):
            self.backend.removal_policy = policy
            email = f"{policy}@example.org"
            self.synced(email=email).unlink()
            self.assertEqual(self.tombstones(email).user_state, waits)
            self.drain()
            self.assertEqual(self.tombstones(email).user_state, done)

    def test_the_person_comes_back_at_once(self):
        told = self.tombstones().action_let_come_back()["params"]
        self.assertIn("may come back: 1.", told["message"])
        self.drain()
        contact = self.found(EMAIL)
        self.assertEqual(self.binding(contact).external_id, self.user_id)
        self.assertFalse(self.tombstones())

    def test_the_comparison_does_not_miss_deleted_people(self):
        stranger = self.simulator.seed({"email": "anna@example.org"})["ids"][0]
        self.backend.action_compare()
        self.drain()
        missed = self.env["usercom.drift"].search([("kind", "=", "only_usercom")])
        self.assertEqual(missed.mapped("external_id"), [stranger])

    def test_only_managers_may_do_so(self):
        user = new_test_user(self.env, "user", "usercom_connector.group_usercom_user")
        with self.assertRaises(AccessError):
            self.tombstones().with_user(user).action_let_come_back()
