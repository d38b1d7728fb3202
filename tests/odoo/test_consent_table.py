"""One consent, every order of events, and where both sides must end.

A story is told in words. `odoo` and `user` are the two sides: a salesperson ticks or unticks the
box, the person answers at User.com. `call` is User.com's automation telling of the last change;
without it the call got lost, and only the next reading finds out. At the end of each story all
users are read once more, as the reconciliation does, and the queues run empty.
"""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.addons.usercom_connector.services.queue import quarantine

from .common_consents import ConsentCase

YES, NO, UNSET = True, False, None

# (story, the box in Odoo, the consent at User.com)
TABLE = [
    # Each side alone.
    ("nothing", NO, UNSET),
    ("odoo yes", YES, YES),
    ("odoo yes, sync, odoo no", NO, NO),
    ("odoo yes, odoo no", NO, NO),
    ("user yes, call", YES, YES),
    ("user no, call", NO, NO),
    ("user yes, call, sync, user no, call", NO, NO),
    ("user no, call, sync, user yes, call", YES, YES),
    ("odoo yes, sync, odoo no, sync, odoo yes", YES, YES),
    ("odoo yes, sync, user unset, call", YES, UNSET),
    ("odoo yes, odoo no, sync, user unset, call", NO, NO),
    # Both sides, before anything was agreed on.
    ("odoo yes, user yes, call", YES, YES),
    ("odoo yes, user no, call", NO, NO),
    ("user no, odoo yes, call", NO, NO),
    ("odoo yes, odoo no, user yes, call", NO, NO),
    ("user yes, odoo yes, odoo no, call", NO, NO),
    # Both sides, after a "yes", after a "no".
    ("odoo yes, sync, odoo no, user yes, call", NO, NO),
    ("odoo yes, sync, user no, call, odoo no", NO, NO),
    ("odoo yes, sync, user no, odoo no, odoo yes, call", NO, NO),
    ("odoo yes, sync, odoo no, sync, user yes, call, odoo yes", YES, YES),
    ("odoo yes, sync, odoo no, sync, user yes, odoo yes, odoo no", NO, NO),
    ("odoo yes, sync, odoo no, sync, odoo yes, user yes, user no, call", NO, NO),
    # The call is late, doubled, overtaken, lost.
    ("user no, odoo yes, sync, call", NO, NO),
    ("odoo yes, sync, user no, sync, call", NO, NO),
    ("odoo yes, sync, user no, call, call, call", NO, NO),
    ("user no, call, sync, user yes, call, sync, call", YES, YES),
    ("odoo yes, sync, user no, call, sync, odoo yes, sync, again", YES, YES),
    ("odoo yes, sync, user no", NO, NO),
    ("user no, odoo yes", NO, NO),
    ("odoo yes, sync, user no, odoo phone", NO, NO),
    ("user yes", YES, YES),
    # Our "yes" crosses their "no": the call is all that is left of it.
    ("odoo yes, user no, user takes ours, sync, call", NO, NO),
    # Something breaks in between.
    ("odoo yes, sync, odoo no, answer lost, sync", NO, NO),
    ("odoo yes, answer lost, sync, user no, call", NO, NO),
    ("odoo yes, sync, odoo no, killed, sync", NO, NO),
    ("odoo yes, sync, user no, call, killed, sync", NO, NO),
    # Contacts come together, go, and come back.
    ("odoo yes, sync, merge with no", NO, NO),
    ("odoo yes, sync, merge with yes", YES, YES),
    ("sync, merge with yes", YES, YES),
    ("sync, merge with no", NO, NO),
    ("odoo yes, odoo no, sync, merge with yes", NO, NO),
    ("odoo yes, sync, archive, user no, call", NO, NO),
    ("odoo yes, sync, archive, odoo no, unarchive", NO, NO),
    ("odoo yes, sync, reinstall", YES, YES),
    ("odoo yes, sync, odoo no, sync, reinstall", NO, NO),
    ("odoo yes, sync, user no, reinstall", NO, NO),
    ("odoo yes, sync, odoo no, sync, reinstall, user yes, call", YES, YES),
    ("odoo yes, sync, reinstall, user no, call", NO, NO),
]


class Story(ConsentCase):
    """Lets stories happen to one contact at a time."""

    def setUp(self):
        super().setUp()
        self.patch(quarantine, "FIRST_DELAY", 0.0)  # nobody has to wait for another try

    def begin(self):
        self.simulator.clear_faults()
        self.env["usercom.inbox"].search([]).unlink()
        self.env["usercom.outbox"].search([]).unlink()
        self.told_last = {}
        self.count = getattr(self, "count", 0) + 1
        self.person = self.contact(email=f"jan{self.count}@example.org")
        self.drain()

    def happen(self, event):
        verb, _, rest = event.strip().partition(" ")
        getattr(self, f"on_{verb}")(*rest.split())

    def on_nothing(self):
        pass

    def on_odoo(self, what):
        if what == "phone":
            self.person.phone = "+48 1"
        else:
            self.person.x_email_consent = what == "yes"
        self.env.cr.flush()

    def on_user(self, what, *_ours):
        if what == "takes":  # our PUT comes after theirs, as far as the value goes
            return self.simulator.patch_user(self.user_id, email_consent=None)
        value = {"yes": True, "no": False, "unset": None}[what]
        user = self.simulator.patch_user(self.user_id, email_consent=value)
        self.told_last = {"timestamp": user["updated_at"], "email_consent": value}

    @property
    def user_id(self):
        return self.simulator.users(email=self.person.email)[0]["id"]

    def on_call(self):
        self.call(self.user_id, **self.told_last)

    on_again = on_call

    def on_sync(self):
        """Drain until the queues are empty; what waits for another try need not."""
        while waiting := self.all_waiting():
            waiting.next_attempt_at = False
            self.drain()

    def all_waiting(self):
        """The rows of the first queue that has any."""
        self.env.cr.flush()
        for queue in ("usercom.inbox", "usercom.outbox"):
            if rows := self.env[queue].search([("state", "=", "pending")]):
                return rows
        return None

    def on_answer(self, _lost):
        """The next write is carried out, and its answer is lost."""
        self.simulator.fault(kind="reset", method="PUT", apply=True, count=1)

    def on_killed(self):
        """A worker claimed all that waits, and died."""
        for queue in ("usercom.inbox", "usercom.outbox"):
            rows = self.env[queue].search([("state", "=", "pending")])
            rows.claimed_at = "2026-01-01"

    def on_merge(self, _with, consent):
        twin = self.contact(name="Twin", email="twin@example.org")
        twin.x_email_consent = True
        twin.x_email_consent = consent == "yes"
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([twin.id, self.person.id], self.person)

    def on_archive(self):
        self.person.active = False

    def on_unarchive(self):
        self.person.active = True

    def on_reinstall(self):
        """The addon is removed and comes back: all that it knew is gone."""
        self.env.flush_all()
        log = "ALTER TABLE usercom_consent_log %s TRIGGER USER"  # which guard it
        self.env.cr.execute(log % "DISABLE")
        for table in ("consent_log", "binding", "outbox", "inbox"):
            self.env.cr.execute(f"DELETE FROM usercom_{table}")  # noqa: S608
        self.env.cr.execute(log % "ENABLE")
        self.env.cr.execute("UPDATE res_partner SET usercom_key = NULL")
        self.env.invalidate_all()
        consents = self.backend.mapping_ids.filtered("is_consent")
        consents.is_consent = False
        consents.is_consent = True
        self.person.action_usercom_push()

    def end(self):
        """Both sides are compared once more, as the reconciliation does: ``(Odoo, User.com)``."""
        self.on_sync()
        self.person.action_usercom_pull()
        self.on_sync()
        user = self.simulator.users(email=self.person.email)[0]
        return self.person.x_email_consent, user["attributes"].get("email_consent")

    def check_log(self):
        """Each row is news, begins where the last one ended, the newest is the box."""
        rows = self.person.usercom_consent_log_ids.filtered(lambda r: r.consent == "email_consent")
        rows = rows.sorted("id")
        for before, after in zip(rows[:-1], rows[1:], strict=True):
            self.assertEqual(before.new_value, after.old_value)
        self.assertFalse(rows.filtered(lambda row: row.old_value == row.new_value))
        self.assertEqual(self.person.x_email_consent, rows[-1:].new_value == "yes")


class TestConsentTable(Story):
    def test_every_story_ends_as_it_must(self):
        wrong = []
        for story, *expected in TABLE:
            self.begin()
            for event in story.split(","):
                self.happen(event)
            ended = self.end()
            if ended != tuple(expected):
                wrong.append(f"{story}: {ended}")
            if "merge" not in story:  # two logs that became one
                self.check_log()
        self.assertFalse(wrong, "\n".join(wrong))


SAYS = ("odoo yes", "odoo no", "user yes", "user no", "user yes, call", "user no, call")
HAPPENS = ("nothing", "nothing", "sync", "sync", "call", "killed", "answer lost", "odoo phone")


def history(random):
    """Four things that are said, and what happens in between."""
    return [random.choice(events) for events in (SAYS, HAPPENS) * 4]


class TestAnyHistory(Story):
    @settings(
        max_examples=25,
        phases=[Phase.generate],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=True).map(history))
    def test_a_withdrawal_is_in_force_on_both_sides_and_the_log_tells_all(self, history):
        self.begin()
        said = {}  # by each side since both last agreed
        chosen = []  # in Odoo, from the beginning
        for event in ", ".join(history).split(", "):
            before = self.stated()
            if event != "call" or self.told_last:
                self.happen(event)
            if event == "sync" and len(set(self.stated())) == 1:
                said.clear()
            elif event != "sync" and self.stated() != before:
                side, said[side] = event.split()
                chosen += [said[side]] if side == "odoo" else []
        ends = self.end()
        if "no" in said.values():
            self.assertEqual(ends, (False, False), history)
        if True in ends:
            self.assertEqual(ends, (True, True), history)
            self.assertTrue(any("yes" in event for event in history))
        self.check_log()
        log = self.log(self.person)
        self.assertEqual([new for _old, new, origin in log if origin == "odoo"], chosen, history)

    def stated(self):
        user = self.simulator.users(email=self.person.email)[0]
        return self.person.x_email_consent, user["attributes"].get("email_consent")
