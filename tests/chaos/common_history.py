"""A random history of a few people: what somebody does on either side, and what goes wrong."""

import time
from typing import Any

from .common_at_usercom import AtUserCom
from .common_firms import FIRM_STEPS, Firms
from .common_in_odoo import InOdoo

POLICIES = ("odoo", "usercom", "newest")
REMOVALS = ("keep", "unsubscribe", "delete")
FIRM_REMOVALS = ("", "", "keep", "delete")  # "": companies are not synchronized
CUSTOM_IDS = ("none", "none", "database_id")
LATE = 0.2  # seconds until a call whose connection broke is carried out
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
    {"kind": "late", "method": "POST", "path": "/users/*", "seconds": LATE},
)
# What happens, and how often compared with the others.
STEPS = {
    "enter": 4,
    "appear": 3,
    "both": 1,
    "edit": 14,
    "change": 12,
    "tag_here": 3,
    "tag_there": 3,
    "code": 1,
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


class History(InOdoo, AtUserCom, Firms):
    """One history; the same seed makes the same one. `story` tells it, `counts` what happened."""

    may_be_late = False

    def begin(self) -> None:
        policy, self.removal = self.random.choice(POLICIES), self.random.choice(REMOVALS)
        self.custom_id = self.random.choice(CUSTOM_IDS)
        self.firm_removal = self.random.choice(FIRM_REMOVALS)
        self.has_firms = bool(self.firm_removal)
        self.sides.choose(policy, self.removal, self.custom_id, self.firm_removal)
        chosen = f"policy {policy}, removal {self.removal}, custom id {self.custom_id}"
        chosen += f", companies {self.firm_removal}" if self.has_firms else ""
        self.tell("histories", chosen)
        self.enter()
        self.appear()
        for _firm in range(2 if self.has_firms else 0):
            self.found()
            self.join()

    def live(self, length: int) -> None:
        self.begin()
        steps = STEPS | (FIRM_STEPS if self.has_firms else {})
        for name in self.random.choices(list(steps), list(steps.values()), k=length):
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
        self.may_be_late = self.may_be_late or fault["kind"] == "late"
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
        if self.may_be_late:  # the minutes that pass until all is at rest are none
            time.sleep(LATE)
        if any(person.has_double for person in self.people):
            self.night()
        self.random.shuffle(self.untold)
        while self.untold:
            self._arrive(self.untold.pop())
        for kind in ("reconcile", "companies"):
            self.sides.due(kind)
        self.check()
        self.tell("comparisons", "all is settled, and both sides are equal")
