"""Events under faults: none is lost, none goes to the wrong person, none doubles by our doing."""

from unittest.mock import patch

from odoo.tests import new_test_user

from odoo.addons.usercom_connector.services.drain import drain

from tests.simulator.process import Simulator

from .common_deaths import DeathCase
from .common_events import EventCase


class TestLostAnswers(EventCase):
    def test_an_event_without_an_answer_is_told_again(self):
        contact = self.synced(email="jan@example.org")
        self.lose_answers()
        row = self.tell(contact, key="a")
        self.drain()
        self.retry_now(row)
        events = self.simulator.events(self.binding(contact).external_id)
        self.assertEqual([event["data"]["odoo_key"] for event in events], ["a", "a"])
        self.assertEqual(row.state, "done")

    def test_or_fails_for_somebody_to_look_at_if_the_account_says_so(self):
        contact = self.synced(email="jan@example.org")
        self.backend.event_lost_answer = "fail"
        self.lose_answers()
        row, other = self.tell(contact), self.tell(contact, "other")
        self.drain()
        self.assertEqual((row.state, row.error_code), ("failed", "lost_answer"))
        self.assertEqual(other.state, "done")
        self.assertEqual(self.told(contact), ["signup", "other"])

    def test_a_deal_is_told_again_whatever_the_account_says(self):
        contact = self.synced(email="jan@example.org")
        self.backend.event_lost_answer = "fail"
        self.lose_answers("/deals/*")
        row = self.deal(contact)
        self.drain()
        self.retry_now(row)
        [deal] = self.deals()
        self.assertEqual((row.state, deal["writes"]), ("done", 2))

    def test_a_429_is_no_attempt(self):
        contact = self.synced(email="jan@example.org")
        fault = {"kind": "status", "status": 429, "path": "/events/", "count": 1}
        self.simulator.fault(**fault, headers={"retry-after": "1"})
        row = self.tell(contact)
        self.drain()
        self.drain()
        self.assertEqual((row.state, row.attempts), ("done", 1))
        self.assertEqual(self.told(contact), ["signup"])


class TestLocked(EventCase):
    """Somebody has the event's row locked when its answer comes."""

    def lock(self, times):
        """So many of the next attempts to store an answer meet the lock."""
        self.env.cr.execute(
            """CREATE SEQUENCE settled;
               CREATE FUNCTION is_locked() RETURNS trigger LANGUAGE plpgsql AS
                   $$BEGIN IF nextval('settled') <= TG_ARGV[0]::int THEN
                       RAISE EXCEPTION 'locked' USING ERRCODE = '55P03';
                     END IF; RETURN NEW; END$$"""
        )
        self.env.cr.execute(
            """CREATE TRIGGER is_locked BEFORE UPDATE ON usercom_event FOR EACH ROW
                 WHEN (OLD.claimed_at IS NOT NULL AND NEW.claimed_at IS NULL
                       AND (NEW.state = 'done' OR NEW.next_attempt_at IS NOT NULL))
                 EXECUTE FUNCTION is_locked(%s)""",
            [times],
        )

    def lock_for_the_run(self):
        """No answer can be stored as long as the run lasts."""
        self.startPatcher(patch.object(drain, "RUN_SECONDS", 3))
        self.lock(1000)

    def unlock(self):
        self.env.cr.execute("DROP TRIGGER is_locked ON usercom_event")

    def throttled(self):
        """A contact, and its event that is refused for now."""
        contact = self.synced(email="jan@example.org")
        self.backend.event_lost_answer = "fail"
        fault = {"kind": "status", "status": 429, "path": "/events/", "count": 1}
        self.simulator.fault(**fault, headers={"retry-after": "1"})
        return contact, self.tell(contact)

    def assert_told_later(self, contact, row):
        self.drain()
        self.unlock()
        self.retry_now(row)
        self.assertEqual((row.state, row.error_code), ("done", False))
        self.assertEqual(self.told(contact), ["signup"])

    def test_what_was_refused_for_now_is_told_later(self):
        told = self.throttled()
        self.lock(6)
        self.assert_told_later(*told)

    def test_so_it_is_where_the_lock_lasts_until_the_run_ends(self):
        told = self.throttled()
        self.lock_for_the_run()
        self.assert_told_later(*told)

    def test_what_was_answered_is_settled_once_the_lock_ends(self):
        contact = self.synced(email="jan@example.org")
        self.lock(9)
        for choice in ("repeat", "fail"):
            with self.subTest(choice):
                self.backend.event_lost_answer = choice
                self.env.cr.execute("SELECT setval('settled', 1)")
                row, late = self.tell(contact, choice), self.tell(contact, f"after {choice}")
                self.drain()
                self.assertEqual((row.state, row.error_code), ("done", False))
                self.assertEqual((row.attempts, late.state), (1, "done"))
        told = ["repeat", "after repeat", "fail", "after fail"]
        self.assertEqual(self.told(contact), told)

    def test_what_was_answered_is_looked_at_if_so_chosen_where_the_lock_outlasts_the_run(self):
        contact = self.synced(email="jan@example.org")
        self.backend.event_lost_answer = "fail"
        self.lock_for_the_run()
        row = self.tell(contact)
        self.drain()
        self.assertEqual((row.state, row.error_code), ("failed", "lost_answer"))
        self.assertEqual(self.told(contact), ["signup"])


class TestDeaths(EventCase, DeathCase):
    def test_a_worker_that_dies_before_the_call_loses_nothing(self):
        contact = self.synced(email="jan@example.org")
        row = self.tell(contact)
        self.die_of("/events/")
        self.assertTrue(self.dies())
        self.die_of(None)
        self.drain()
        self.assertEqual((row.state, self.told(contact)), ("done", ["signup"]))

    def test_one_that_ends_its_worker_each_time_fails_alone(self):
        contact = self.synced(email="jan@example.org")
        other = self.synced(email="eva@example.org")
        row, late = self.tell(contact, "deadly"), self.tell(contact, "late")
        fine = self.tell(other, "fine")
        self.die_of("deadly")
        self.assertEqual(self.deaths(), 3)
        self.assertEqual((row.state, row.error_code), ("failed", "worker_ended"))
        self.assertEqual(self.binding(contact).state, "synced")
        self.assertEqual((late.state, fine.state), ("done", "done"))

    def test_what_a_dead_worker_may_have_told_is_not_told_again_if_so_chosen(self):
        contact, other = self.synced(email="jan@example.org"), self.synced(email="eva@example.org")
        self.backend.event_lost_answer = "fail"
        row, deal = self.tell(contact), self.deal(other)
        self.die_of("/events/")
        self.assertTrue(self.dies())
        self.die_of(None)
        self.drain()
        self.assertEqual((row.state, row.error_code), ("failed", "lost_answer"))
        self.assertEqual(deal.state, "done")


class TestWhoIsNotThere(EventCase):
    def test_nothing_is_queued_for_who_takes_no_part(self):
        self.backend.partner_domain = "[('phone', '!=', False)]"
        out, inside = self.contact(email="a@example.org"), self.contact(phone="600100200")
        items = [{"partner": person, "name": "visit"} for person in out + inside]
        rows = self.env["usercom.event"]._queue(self.backend, items)
        self.assertEqual(rows.partner_id, inside)

    def test_nothing_is_queued_for_nobody(self):
        self.assertFalse(self.tell(self.env["res.partner"]))
        self.assertFalse(self.deal(self.env["res.partner"]))

    def test_who_takes_part_no_more_is_told_of_no_more(self):
        contact = self.synced(email="jan@example.org")
        row = self.tell(contact)
        self.backend.partner_domain = "[('phone', '!=', False)]"
        self.drain()
        self.assertEqual((row.state, row.outcome), ("done", "left_out"))
        self.assertEqual(self.told(contact), [])

    def test_nothing_is_queued_for_who_was_erased(self):
        contact = self.synced(email="jan@example.org")
        contact._usercom_anonymize()
        self.drain()
        self.assertFalse(self.tell(contact))

    def test_erasure_takes_the_events_along(self):
        contact = self.synced(email="jan@example.org")
        row = self.tell(contact)
        contact._usercom_anonymize()
        self.assertFalse(row.exists())

    def test_so_does_deletion(self):
        contact = self.synced(email="jan@example.org")
        user_id = self.binding(contact).external_id
        row = self.tell(contact)
        contact.unlink()
        self.drain()
        self.assertFalse(row.exists())
        self.assertEqual(self.simulator.events(user_id), [])

    def test_of_a_user_deleted_there_nothing_is_told_and_nobody_created(self):
        for answer in ("404", "400"):
            with self.subTest(answer):
                self.simulator.settings(unknown_event_user=answer)
                contact = self.synced(email=f"jan{answer}@example.org")
                self.simulator.delete_user(self.binding(contact).external_id)
                row = self.tell(contact)
                self.drain()
                self.retry_now(row)
                self.assertEqual((row.state, row.outcome), ("done", "gone"))
                self.assertEqual(self.binding(contact).state, "gone")
                self.assertEqual(self.simulator.users(), [])

    def test_who_is_gone_there_is_neither_told_of_nor_called_for(self):
        contact = self.synced(email="jan@example.org")
        self.simulator.delete_user(self.binding(contact).external_id)
        self.binding(contact).state = "gone"
        row = self.tell(contact)
        self.drain()
        self.assertEqual((row.state, row.outcome), ("done", "gone"))
        self.assertEqual(self.calls(), [])

    def test_a_user_merged_there_is_found_again(self):
        contact = self.synced(email="jan@example.org")
        lost = self.binding(contact).external_id
        survivor = self.person(email="jan@example.org")
        self.simulator.deduplicate()
        if self.simulator.users()[0]["id"] == lost:
            lost, survivor = survivor, lost
        self.binding(contact).external_id = lost
        row = self.tell(contact)
        self.drain()
        self.retry_now(row)
        self.assertEqual(self.binding(contact).external_id, survivor)
        self.assertEqual((row.outcome, self.told(contact)), ("sent", ["signup"]))

    def test_a_contact_that_cannot_be_sent_keeps_its_events_waiting(self):
        self.synced(email="jan@example.org")
        contact = self.contact(name="Twin", email="jan@example.org")
        rows = self.tell(contact, "first") + self.tell(contact, "second")
        self.drain()
        self.assertEqual(set(rows.mapped("state")), {"pending"})
        self.assertEqual(set(rows.mapped("error_code")), {"contact_not_sent"})
        contact.email = "twin@example.org"
        self.drain()
        self.retry_now(rows)
        self.assertEqual(self.told(contact), ["first", "second"])

    def test_and_they_fail_together_after_a_day(self):
        self.synced(email="jan@example.org")
        contact = self.contact(name="Twin", email="jan@example.org")
        rows = self.tell(contact, "first") + self.tell(contact, "second")
        self.drain()
        rows.write({"tried_since": "2020-01-01 00:00:00"})
        self.retry_now(rows)
        self.assertEqual(set(rows.mapped("state")), {"failed"})


class TestRetriedByHand(EventCase):
    def test_a_dismissed_state_of_a_deal_never_follows_a_newer_one(self):
        contact = self.synced(email="jan@example.org")
        fault = {"kind": "status", "status": 400, "path": "/deals/*", "count": 1}
        self.simulator.fault(**fault, body={"detail": "No."})
        old = self.deal(contact, data={"stage": 1})
        self.drain()
        old.action_dismiss()
        self.deal(contact, data={"stage": 2})
        self.drain()
        old.action_retry()
        self.drain()
        self.assertEqual([deal["stage"] for deal in self.deals()], [2])


class TestMergedHere(EventCase):
    def merge(self, kept, lost):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((kept + lost).ids, kept)
        self.env.cr.flush()

    def test_events_of_a_merged_contact_go_to_the_survivor(self):
        kept, lost = self.synced(email="a@example.org"), self.synced(email="b@example.org")
        rows = self.tell(lost, "lost") + self.tell(kept, "kept")
        self.merge(kept, lost)
        self.drain()
        self.assertEqual(rows.partner_id, kept)
        self.assertEqual(set(rows.mapped("outcome")), {"sent"})
        self.assertEqual(sorted(self.told(kept)), ["kept", "lost"])

    def test_so_do_those_of_one_that_was_never_sent(self):
        kept, lost = self.synced(email="a@example.org"), self.unsent(email="b@example.org")
        self.tell(lost)
        self.merge(kept, lost)
        self.drain()
        self.assertEqual(self.told(kept), ["signup"])


class TestAnotherSystem(EventCase):
    def test_what_waited_for_the_former_one_is_not_told_to_the_new_one(self):
        contact = self.synced(email="jan@example.org")
        told = self.tell(contact, "told")
        self.drain()
        failed = self.tell(contact, "failed")
        failed._fail("No.")
        rows = failed + self.tell(contact, "waits") + self.deal(contact)
        with Simulator() as other:
            other.settings(rate_limit=0)
            self.env["ir.config_parameter"].set_param("usercom_connector.api_url", other.url)
            self.backend.write({"subdomain": "other", "api_key": other.api_key})
            self.backend.action_authenticate()
            self.assertFalse(rows.exists())
            self.assertTrue(told.exists())
            self.tell(contact, "new")
            self.drain()
            found = other.events(self.binding(contact).external_id)
            self.assertEqual([event["name"] for event in found], ["new"])
            self.assertEqual(other.commerce()["deals"], [])


class TestTwoCompanies(EventCase):
    def test_each_account_is_told_its_own(self):
        company = self.env["res.company"].create({"name": "Second"})
        second = self.account(company, "second")
        contact = self.synced(email="jan@example.org")
        row = self.tell(contact, "ours")
        theirs = self.tell(contact, "theirs", backend=second)
        self.drain()
        self.assertEqual((row.state, theirs.state), ("done", "pending"))
        self.assertEqual(self.told(contact), ["ours"])

    def test_a_contact_of_another_company_is_not_told_of(self):
        company = self.env["res.company"].create({"name": "Second"})
        contact = self.contact(email="jan@example.org", company_id=company.id)
        self.assertFalse(self.tell(contact))


class TestWhoQueues(EventCase):
    def test_who_has_no_right_to_user_com_may_cause_events(self):
        contact = self.synced(email="jan@example.org")
        user = new_test_user(self.env, "seller", "base.group_user")
        rows = self.env(user=user)["usercom.event"]._queue(
            self.backend.with_user(user), [{"partner": contact, "name": "visit"}]
        )
        self.assertEqual((len(rows), rows.env.su), (1, True))
