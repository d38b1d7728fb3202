"""Random histories of events: each is told at least once, in the order of its contact.

The same seed makes the same history; a failure tells it.
"""

import random

from .common_deaths import DeathCase
from .common_events import EventCase

SEEDS = (1, 2, 3, 4)
STEPS = 30
FAULTS = (
    {"status": 503},
    {"status": 429, "headers": {"retry-after": "1"}},
    {"kind": "reset"},
    {"kind": "reset", "apply": True},
)


class TestHistories(EventCase, DeathCase):
    def test_random_histories(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self.live(random.Random(seed))

    def live(self, chance):
        """Live through a history, then let all come to rest and look at what User.com has."""
        self.simulator.clear_journal()
        self.people, self.queued, self.inherited, self.erased, self.story = [], {}, {}, {}, []
        self.number = 0
        steps = [self.meet, self.happen, self.happen, self.burst, self.fail, self.die, self.edit]
        steps += [self.merge, self.erase, self.drain, self.drain]
        self.meet(chance)
        for _step in range(STEPS):
            step = chance.choice(steps)
            self.story.append(step.__name__)
            step(chance) if step != self.drain else step()
            self.env.cr.flush()
        self.come_to_rest()
        self.check()

    # ---- what happens ----

    def meet(self, chance):
        """A new contact, sent by the next drain."""
        email = f"p{len(self.people)}-{chance.randrange(10**9)}@example.org"
        contact = self.contact(name=f"P{len(self.people)}", email=email)
        self.people.append(contact)
        self.queued[contact.id], self.inherited[contact.id] = [], []

    def items(self, contact, count):
        keys = [f"{contact.id}-{self.number + number}" for number in range(1, count + 1)]
        self.number += count
        self.queued[contact.id] += keys
        return [{"partner": contact, "name": "visit", "key": key} for key in keys]

    def somebody(self, chance):
        return chance.choice(self.people)

    def happen(self, chance):
        """One event; some are more urgent than what came before."""
        items = self.items(self.somebody(chance), 1)
        self.env["usercom.event"]._queue(self.backend, items, chance.choice([None, None, 1]))

    def burst(self, chance):
        """Events that can wait, of several contacts."""
        people = [self.somebody(chance) for _each in range(3)]
        items = [item for contact in people for item in self.items(contact, 2)]
        self.env["usercom.event"]._queue(self.backend, items, -1)

    def fail(self, chance):
        path = chance.choice(["/events/", "/users/*"])
        self.simulator.fault(**chance.choice(FAULTS), path=path, count=chance.randint(1, 3))

    def die(self, _chance):
        """The worker is killed at the next event."""
        self.die_of("/events/")
        self.dies()
        self.die_of(None)

    def edit(self, chance):
        self.somebody(chance).phone = f"600{chance.randrange(10**6):06}"

    def merge(self, chance):
        """Two contacts become one, who has the events of both."""
        if len(self.people) < 3:
            return
        kept, lost = chance.sample(self.people, 2)
        self.people.remove(lost)
        self.inherited[kept.id] += self.queued[lost.id] + self.inherited[lost.id]
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((kept + lost).ids, kept)

    def erase(self, chance):
        """What was told stays told; nothing more is."""
        if len(self.people) < 3:
            return
        contact = self.somebody(chance)
        self.people.remove(contact)
        user_id = self.binding(contact).external_id
        contact._usercom_anonymize()
        self.erased[user_id] = len(self.simulator.events(user_id)) if user_id else 0

    def come_to_rest(self):
        self.simulator.clear_faults()
        for _run in range(40):
            self.env.flush_all()
            for model in ("usercom.event", "usercom.outbox", "usercom.inbox"):
                waiting = self.env[model].search([("state", "=", "pending")])
                waiting.next_attempt_at = False
            self.pass_time()
            self.drain()
            models = (self.env["usercom.event"], self.env["usercom.outbox"])
            if not any(model.search_count([("state", "=", "pending")]) for model in models):
                return
        self.fail_with("events wait for ever")

    # ---- what User.com has ----

    def check(self):
        for contact in self.people:
            user_id = self.binding(contact).external_id
            found = [event["data"]["odoo_key"] for event in self.simulator.events(user_id)]
            first = list(dict.fromkeys(found))
            mine = [key for key in first if key in self.queued[contact.id]]
            if mine != self.queued[contact.id]:
                self.fail_with(f"{contact.name}: {found} of {self.queued[contact.id]}")
            if missing := set(self.inherited[contact.id]) - set(found):
                self.fail_with(f"{contact.name}: {missing} of who was merged into it")
        for user_id, count in self.erased.items():
            if user_id and len(self.simulator.events(user_id)) > count:
                self.fail_with(f"user {user_id} was erased and is told of")
        answers = {entry["status"] for entry in self.events_sent()}
        if not answers <= {200, 429, 503, None}:  # 404: an event came before its contact
            self.fail_with(f"answers {answers}")

    def events_sent(self):
        return self.simulator.journal(kind="request", path="*/events/")

    def fail_with(self, text):
        raise AssertionError(f"{text}\n{' '.join(self.story)}")
