"""A random history of a few people: what somebody does on either side, and what goes wrong."""

import random
from collections import Counter
from typing import Any

from .common_meeting import Meeting
from .common_people import ODOO, USERCOM, Person

POLICIES = ("odoo", "usercom", "newest")
REMOVALS = ("keep", "unsubscribe", "delete")
CUSTOM_IDS = ("none", "none", "database_id")
FAULTS = (
    {"kind": "reset"},
    {"kind": "reset", "apply": True},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503, "apply": True},
    {"kind": "status", "status": 429, "headers": {"retry-after": "0"}},
    {"kind": "status", "status": 200, "body": {}},
    {"kind": "status", "status": 200, "body": {}, "apply": True},
    {"kind": "html", "status": 200},
    {"kind": "html", "status": 502, "apply": True},
    {"kind": "half_body"},
    {"kind": "delay", "seconds": 0.05},
    {"kind": "late", "method": "POST", "path": "/users/*", "seconds": 0.2},
)
# What happens, and how often compared with the others.
STEPS = {
    "enter": 4,
    "appear": 3,
    "both": 1,
    "edit": 14,
    "change": 12,
    "consent_here": 6,
    "consent_there": 6,
    "call": 10,
    "lose_call": 1,
    "drain": 12,
    "fault": 6,
    "kill": 5,
    "archive": 2,
    "restore": 2,
    "delete": 1,
    "delete_there": 1,
    "merge": 2,
    "double": 4,
    "night": 1,
    "push": 2,
    "pull": 2,
    "compare": 1,
    "settle": 2,
}


class Steps(Meeting):
    """What a step needs: chance, new values, and the story."""

    def __init__(self, sides: Any, seed: int, prefix: str = "") -> None:
        super().__init__(sides, prefix)
        self.random, self.serial = random.Random(seed), 0
        self.untold: list[dict[str, Any]] = []  # calls under way
        self.story: list[str] = []
        self.counts: Counter[str] = Counter()

    def tell(self, kind: str, text: str) -> None:
        self.counts[kind] += 1
        self.story.append(text)

    def new(self) -> int:
        self.serial += 1
        return self.serial

    def phone(self) -> str:
        return f"600{self.new():06}"

    def name(self) -> str:
        return f"Anna{self.new()} Nowak"

    def address(self, person: Person) -> str:
        email = f"{self.prefix}p{self.new()}@example.org"
        person.emails.add(email)
        return email

    def newcomer(self) -> Person:
        person = Person(self.new())
        self.people.append(person)
        return person

    def someone(self, *states: str) -> Person | None:
        """Somebody in one of these states, by default here."""
        chosen = [each for each in self.people if each.state in (states or ("here",))]
        return self.random.choice(chosen) if chosen else None

    def contact(self, *states: str) -> tuple[Person | None, dict[str, Any]]:
        """Somebody who has a contact and its values; nobody is (None, {})."""
        person = self.someone(*states)
        here = person and self.here(person)
        return (person, here) if here else (None, {})

    def another(self, person: Person) -> tuple[str, str]:
        """A value of the person and its next text."""
        name = self.random.choice(("name", "phone", "email"))
        if name == "email" and (person.has_double or self.is_met_by_address(person)):
            name = "phone"
        return name, self.address(person) if name == "email" else getattr(self, name)()

    def commit(self) -> None:
        """The transaction ends; sometimes the next edit is made in the same one."""
        if self.random.random() < 0.8:
            self.sides.commit()


class InOdoo(Steps):
    """What people do in Odoo."""

    def enter(self) -> None:
        person = self.newcomer()
        self._enter(person, self.address(person))

    def _enter(self, person: Person, email: str) -> None:
        values = {"name": self.name(), "phone": self.phone(), "email": email}
        consent = self.random.random() < 0.5
        person.contact_id = self.sides.create(values | {"x_email_consent": consent})
        for name, value in values.items():
            person.values[name].say(ODOO, value)
        if consent:
            person.consent.say(True)
        self.commit()
        self.tell("edits", f"{person} is entered: {values}, consent {consent}")

    def edit(self) -> None:
        person, here = self.contact()
        if not person:
            return
        name, value = self.another(person)
        self.sides.write(person.contact_id, {name: value})
        known = person.values[name]
        has_met = known.words.get(USERCOM, here[name]) == here[name]
        has_met = has_met and not known.others - {here[name]}
        known.say(ODOO, value, knows_all=has_met and not person.has_double)
        self.commit()
        self.tell("edits", f"{person} is edited: {name} = {value}")

    def consent_here(self) -> None:
        person, here = self.contact()
        if person:
            value = not here["x_email_consent"]
            self.sides.write(person.contact_id, {"x_email_consent": value})
            person.consent.say(value)
            self.commit()
            self.tell("consents", f"{person} says in Odoo: {value}")

    def archive(self) -> None:
        person, _here = self.contact()
        if person and not person.has_double:
            self.sides.act(person.contact_id, "action_archive")
            person.state = "archived"
            if self.removal == "delete":  # a "yes" that was not read yet goes with the user
                person.consent.may_be.add(False)
            self.commit()
            self.tell("edits", f"{person} is archived")

    def restore(self) -> None:
        person, here = self.contact("archived")
        if person:
            self.sides.act(person.contact_id, "action_unarchive")
            person.state = "here"
            person.may_be(here)
            self.commit()
            self.tell("edits", f"{person} is restored")

    def delete(self) -> None:
        person, _here = self.contact()
        if person and not person.has_double:
            self.sides.act(person.contact_id, "unlink")
            person.state = "buried"
            self.commit()
            self.tell("deletions", f"{person} is deleted in Odoo")

    def merge(self) -> None:
        (lost, gone), (kept, here) = self.contact(), self.contact()
        if not lost or not kept or lost is kept or lost.has_double or kept.has_double:
            return
        if self.is_met_by_address(lost) or self.is_met_by_address(kept):
            return
        self._weigh_both(lost, gone, kept, here)
        self.sides.merge(lost.contact_id, kept.contact_id)
        kept.meet(lost)
        self.commit()
        self.tell("merges", f"{lost} is merged into {kept} in Odoo")

    def _weigh_both(self, lost: Person, gone: Any, kept: Person, here: Any) -> None:
        """Who had no link has that of the other one: any of their values may stand."""
        kept.may_be(here)
        if not self.is_linked(kept):
            shown = [self.there(user) for user in self.users(lost) + self.users(kept)]
            for each in (gone, *shown):
                kept.may_be(each)
            for name, value in lost.values.items():
                kept.values[name].others |= value.may_be()

    def push(self) -> None:
        person, here = self.contact("here", "gone")
        if not person or person.has_double:
            return
        self.sides.act(person.contact_id, "action_usercom_push")
        self.sides.commit()
        person.is_pushed = True
        self.tell("by hand", f"{person} ({person.state}) is pushed by hand")
        if person.state == "gone":
            person.state = "here"
            person.may_be(here)
            person.consent.may_be.add(bool(here["x_email_consent"]))

    def pull(self) -> None:
        person, _here = self.contact()
        if person and self.is_linked(person):
            self.sides.act(person.contact_id, "action_usercom_pull")
            self.sides.commit()
            self.tell("by hand", f"{person} is pulled by hand")


class AtUserCom(Steps):
    """What people do there; the calls that tell of it are on their way."""

    removal = custom_id = ""

    def appear(self) -> None:
        person = self.newcomer()
        self._appear(person, self.address(person))

    def _appear(self, person: Person, email: str) -> None:
        values = {"name": self.name(), "phone": self.phone(), "email": email}
        consent = self.random.choice((None, True, False))
        user = self._as_user(values) | {"email_consent": consent}
        [user_id] = self.simulator.seed(user, fire=True)["ids"]
        for key, value in values.items():
            person.values[key].say(USERCOM, value)
        if consent is not None:
            person.consent.say(consent)
        self._told_of(user_id, {})
        self.tell("changes", f"{person} appears as {user_id}: {values}, consent {consent}")

    def _as_user(self, values: dict[str, str]) -> dict[str, Any]:
        user: dict[str, Any] = {}
        for name, value in values.items():
            halves = dict(zip(("first_name", "last_name"), value.split(), strict=False))
            user |= halves if name == "name" else {{"phone": "phone_number"}.get(name, name): value}
        return user

    def _told_of(self, user_id: int, values: dict[str, Any]) -> None:
        user = self.simulator.user(user_id)
        extra = {"id": user_id, **values}
        self.untold.append({"timestamp": user["updated_at"], "extra": extra})

    def _patch(self, user: dict[str, Any], **values: Any) -> None:
        self.simulator.patch_user(user["id"], **values)
        self._told_of(user["id"], values)

    def change(self) -> None:
        person = self.someone()
        if not person or not (user := self.user(person)) or self.is_hidden(person, user):
            return
        name, value = self.another(person)
        known, met = person.values[name], self.there(user)[name]
        has_met = known.words.get(ODOO, met) == met
        is_heard = has_met and not self.sides.is_waiting(person.contact_id)
        known.say(USERCOM, value, knows_all=is_heard and not person.has_double)
        self._patch(user, **self._as_user({name: value}))
        self.tell("changes", f"{person} is changed there ({user['id']}): {name} = {value}")

    def consent_there(self) -> None:
        person = self.someone("here", "archived")
        if not person or not (user := self.user(person)):
            return
        if person.state == "archived" and self.removal == "delete":
            return
        value = not user["attributes"]["email_consent"]
        person.consent.say(value, is_double=person.has_double)
        self._patch(user, email_consent=value)
        self.tell("consents", f"{person} says there ({user['id']}): {value}")

    def delete_there(self) -> None:
        person = self.someone()
        if not person or person.has_double or not (user := self.user(person)):
            return
        if self.is_linked(person) and not person.is_pushed:
            self.simulator.delete_user(user["id"])
            person.state = "gone"
            self.tell("deletions", f"{person} is deleted there ({user['id']})")

    def double(self) -> None:
        """Somebody registers once more there, in the shop for instance."""
        person = self.someone()
        if not person or person.has_double or not person.is_at_rest():
            return
        if user := self.user(person):
            values = {"email": user["email"], "phone_number": self.phone()}
            values["email_consent"] = self.random.choice((None, True, False))
            if self.custom_id == "none" and self.random.random() < 0.5:  # two are never merged
                values["custom_id"] = f"{self.prefix}shop-{self.new()}"
            self._double(person, values)

    def _double(self, person: Person, values: dict[str, Any]) -> None:
        fires = self.random.random() < 0.5
        [user_id] = self.simulator.seed(values, fire=fires)["ids"]
        person.has_double = True
        person.values["phone"].others.add(values["phone_number"])
        is_no = values["email_consent"] is False
        if is_no or not person.consent.was_denied:
            person.consent.may_be.add(bool(values["email_consent"]))  # the night chooses
        person.consent.was_denied |= is_no
        if fires:
            self._told_of(user_id, {})
        self.tell("doubles there", f"{person} is there twice: {user_id} {values}")

    def night(self) -> None:
        """User.com merges the users of one address."""
        self.tell("nights", f"the night merges {self.simulator.deduplicate()}")
        for person in self.people:
            person.has_double = False


class History(InOdoo, AtUserCom):
    """One history; the same seed makes the same one. `story` tells it, `counts` what happened."""

    def begin(self) -> None:
        policy, self.removal = self.random.choice(POLICIES), self.random.choice(REMOVALS)
        self.custom_id = self.random.choice(CUSTOM_IDS)
        self.sides.choose(policy, self.removal, self.custom_id)
        chosen = f"policy {policy}, removal {self.removal}, custom id {self.custom_id}"
        self.tell("histories", chosen)
        self.enter()
        self.appear()

    def live(self, length: int) -> None:
        self.begin()
        for name in self.random.choices(list(STEPS), list(STEPS.values()), k=length):
            getattr(self, name)()
        self.settle()

    def both(self) -> None:
        """Somebody is entered on both sides at once."""
        person = self.newcomer()
        email = self.address(person)
        self._enter(person, email)
        self._appear(person, email)

    # ---- on the way ----

    def call(self) -> None:
        """One of the calls under way arrives, perhaps not for the first or the last time."""
        if self.untold:
            number = self.random.randrange(len(self.untold))
            payload = self.untold[number]
            if self.random.random() < 0.7:
                del self.untold[number]
            self._arrive(payload)

    def _arrive(self, payload: dict[str, Any]) -> None:
        self.sides.arrive(payload)
        self.tell("calls", f"a call arrives: {payload['extra']}")

    def lose_call(self) -> None:
        if self.untold:
            lost = self.untold.pop(self.random.randrange(len(self.untold)))
            self.tell("lost calls", f"a call is lost: {lost['extra']}")

    def drain(self) -> None:
        self.sides.drain()
        self.tell("drains", "the queues are worked off")

    def fault(self) -> None:
        fault = dict(self.random.choice(FAULTS))
        fault.setdefault("method", self.random.choice((None, "GET", "PUT", "POST")))
        self.simulator.fault(**fault, count=self.random.randint(1, 2))
        self.tell("faults", f"fault: {fault}")

    def kill(self) -> None:
        self.tell("kills", f"killed: {self.sides.kill(self.random)}")

    def compare(self) -> None:
        """The hour of the reconciliation, or of the full comparison, has come."""
        kind = self.random.choice(("reconcile", "compare"))
        self.sides.due(kind)
        self.tell("comparisons", f"due: {kind}")

    def settle(self) -> None:
        """All calls arrive, the queues run dry, and both sides have to be equal."""
        self.simulator.clear_faults()
        if any(person.has_double for person in self.people):
            self.night()
        self.random.shuffle(self.untold)
        while self.untold:
            self._arrive(self.untold.pop())
        self.sides.due("reconcile")
        self.check()
        self.tell("comparisons", "all is settled, and both sides are equal")
