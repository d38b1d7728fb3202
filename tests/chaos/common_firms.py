"""Companies of a history: what people do with them on both sides, and what has to be found."""

from dataclasses import dataclass, field
from typing import Any

from .common_people import ODOO, USERCOM, Person, Value
from .common_steps import Steps

FIRM_STEPS = {
    "found": 4,
    "join": 10,
    "firm_edit": 6,
    "firm_change": 4,
    "join_there": 3,
    "part_there": 1,
    "firm_archive": 1,
    "firm_restore": 2,
    "firm_delete": 1,
    "firm_delete_there": 1,
    "firm_push": 2,
    "firm_merge": 1,
}
NAMES = ("name", "city")  # the pairs of companies that go both ways


@dataclass
class Firm:
    """A company; `state` as that of a `Person`."""

    number: int
    partner_id: int
    values: dict[str, Value] = field(default_factory=lambda: {name: Value() for name in NAMES})
    state: str = "here"
    is_pushed: bool = False

    def __str__(self) -> str:
        return f"company {self.number}"


class Firms(Steps):
    """Steps of companies, in histories of accounts that synchronize them."""

    firm_removal = ""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.firms: list[Firm] = []

    # ---- who is where ----

    def _firm(self, *states: str) -> Firm | None:
        chosen = [each for each in self.firms if each.state in (states or ("here",))]
        return self.random.choice(chosen) if chosen else None

    def _firm_there(self, firm: Firm) -> dict[str, Any] | None:
        """The linked company of User.com, if there is one."""
        company_id, _error = self.sides.company_link(firm.partner_id)
        found = (each for each in self.simulator.companies() if each["id"] == company_id)
        return next(found, None)

    def _linked_firm(self) -> tuple[Firm, dict[str, Any]] | None:
        firm = self._firm()
        there = firm and self._firm_there(firm)
        return (firm, there) if firm and there else None

    def _number(self, person: Person) -> int | None:
        """The number of the contact's company."""
        fields = self.sides.read(person.contact_id)
        above = fields and fields["commercial_partner_id"]
        return next((firm.number for firm in self.firms if firm.partner_id == above), None)

    # ---- in Odoo ----

    def found(self) -> None:
        number = self.new()
        values = {"name": f"{self.prefix}Firm {number}", "city": f"City {number}"}
        firm = Firm(number, self.sides.create(values | {"is_company": True}))
        for name, value in values.items():
            firm.values[name].say(ODOO, value)
        self.firms.append(firm)
        self.commit()
        self.tell("companies", f"{firm} is founded")

    def join(self) -> None:
        """A contact moves to another company, or leaves its own."""
        person, _here = self.contact()
        firm = self._firm("here", "gone") if self.random.random() < 0.8 else None
        if not person or (firm and firm.number) == self._number(person):
            return
        self.sides.write(person.contact_id, {"parent_id": firm.partner_id if firm else False})
        is_alone = USERCOM not in person.firm.words
        person.firm.say(ODOO, firm and firm.number, knows_all=is_alone and not person.has_double)
        self.commit()
        self.tell("members", f"{person} is now of {firm}")

    def firm_edit(self) -> None:
        if firm := self._firm():
            name, text = self.random.choice(NAMES), f"Edited {self.new()}"
            here, known = self.sides.read_firm(firm.partner_id)[name], firm.values[name]
            self.sides.write(firm.partner_id, {name: text})
            has_met = known.words.get(USERCOM, here) == here and not known.others - {here}
            known.say(ODOO, text, knows_all=has_met)
            self.commit()
            self.tell("companies", f"{firm} is edited: {name} = {text}")

    def firm_archive(self) -> None:
        if firm := self._firm():
            self.sides.act(firm.partner_id, "action_archive")
            firm.state = "archived"
            self.commit()
            self.tell("companies", f"{firm} is archived")

    def firm_restore(self) -> None:
        if firm := self._firm("archived"):
            self.sides.act(firm.partner_id, "action_unarchive")
            firm.state = "here"
            self._may_be(firm, self.sides.read_firm(firm.partner_id))
            self.commit()
            self.tell("companies", f"{firm} is restored")

    def _may_be(self, firm: Firm, shown: dict[str, Any]) -> None:
        for name in NAMES:
            firm.values[name].others.add(shown[name])

    def firm_delete(self) -> None:
        if firm := self._firm():
            self.sides.act(firm.partner_id, "unlink")
            firm.state = "buried"
            self._replace(firm, None)
            self.commit()
            self.tell("companies", f"{firm} is deleted in Odoo")

    def firm_merge(self) -> None:
        lost, kept = self._firm(), self._firm()
        if not lost or not kept or lost is kept:
            return
        self._may_be(kept, self.sides.read_firm(kept.partner_id))
        for firm in (lost, kept):  # who had no link takes over that of the other one
            there = self._firm_there(firm)
            self._may_be(kept, self.sides.read_firm(firm.partner_id))
            if there:
                self._may_be(kept, there)
        self.sides.merge(lost.partner_id, kept.partner_id)
        lost.state = "buried"
        self._replace(lost, kept)
        self.commit()
        self.tell("companies", f"{lost} is merged into {kept}")

    def _replace(self, lost: Firm, kept: Firm | None) -> None:
        """Who was of a company is now of another one, or of none."""
        number = kept and kept.number
        for person in self.people:
            known = person.firm
            if lost.number in known.may_be() | person.elsewhere:
                known.others = {number if each == lost.number else each for each in known.may_be()}
                known.words = {}
                person.elsewhere |= {number} - {None}

    def firm_push(self) -> None:
        firm = self._firm("here", "gone")
        if firm and self.sides.push_company(firm.partner_id):
            firm.is_pushed = True
            self.tell("by hand", f"{firm} ({firm.state}) is pushed by hand")
            if firm.state == "gone":
                firm.state = "here"
                self._may_be(firm, self.sides.read_firm(firm.partner_id))

    # ---- in User.com ----

    def firm_change(self) -> None:
        if found := self._linked_firm():
            firm, there = found
            name, text = self.random.choice(NAMES), f"Changed {self.new()}"
            known = firm.values[name]
            has_met = known.words.get(ODOO, there[name]) == there[name]
            is_heard = has_met and not self.sides.is_waiting(firm.partner_id)
            known.say(USERCOM, text, knows_all=is_heard)
            self.simulator.patch_company(there["id"], **{name: text})
            self.tell("companies", f"{firm} is changed there ({there['id']}): {name} = {text}")

    def join_there(self) -> None:
        self._move_there("member")

    def part_there(self) -> None:
        self._move_there("leaving")

    def _move_there(self, how: str) -> None:
        """A user becomes a member, or one no more; a call tells of the user."""
        person, found = self.someone(), self._linked_firm()
        if person and found and (user := self.user(person)):
            firm, there = found
            if (user["id"] in there["members"]) != (how == "leaving"):
                return
            self.simulator.patch_company(there["id"], **{how: user["id"]})
            person.firm.others |= person.firm.may_be()
            person.firm.say(USERCOM, firm.number if how == "member" else None)
            person.elsewhere.add(firm.number)
            self.told_of(user["id"], {})
            self.tell("members", f"{person} ({user['id']}) is {how} of {firm} there")

    def firm_delete_there(self) -> None:
        if (found := self._linked_firm()) and not found[0].is_pushed:
            firm, there = found
            self.simulator.delete_company(there["id"])
            firm.state = "gone"
            self.tell("companies", f"{firm} is deleted there ({there['id']})")

    # ---- the end ----

    def check(self) -> None:
        super().check()
        companies = {each["id"]: each for each in self.simulator.companies()}
        for firm in self.firms:
            company_id, error = self.sides.company_link(firm.partner_id)
            there = companies.get(company_id)
            getattr(self, f"_check_firm_{firm.state}")(firm, there, error)
            firm.is_pushed = False
        for person in self.people:
            if person.state == "here":
                self._check_firm_of(person)

    def _check_firm_here(self, firm: Firm, there: Any, error: Any) -> None:
        members = self._members(firm)
        assert there or not members, f"lost: {firm} is not there, of {members}: {error}"
        if not there:
            return
        here = self.sides.read_firm(firm.partner_id)
        for name in NAMES:
            allowed = firm.values[name].may_be()
            both = f"{here[name]} in Odoo and {there[name]} in User.com"
            assert here[name] == there[name], f"{firm}'s {name} is {both}: {error}"
            assert here[name] in allowed, f"lost: {firm}'s {name} is {here[name]}, not {allowed}"
            firm.values[name].rest(here[name])
        self._check_members(firm, there, members)

    def _check_members(self, firm: Firm, there: Any, members: dict[int, Person]) -> None:
        """Who joined or left there may be a member or not; all others are as they are in Odoo."""
        for user_id, person in members.items():
            is_free = firm.number in person.elsewhere
            is_there = user_id in there["members"]
            assert is_free or is_there, f"lost: {person} ({user_id}) is not of {firm} there"
        for person in self.people:
            if person.state == "here" and firm.number not in person.elsewhere:
                kept = {user["id"] for user in self.users(person)} & {*there["members"]}
                assert kept <= members.keys(), f"lost: {person} {kept} is still of {firm} there"

    def _members(self, firm: Firm) -> dict[int, Person]:
        """{user id: person} of those who are of the company in Odoo."""
        people = [each for each in self.people if each.state == "here"]
        inside = [each for each in people if self._number(each) == firm.number]
        return {self.sides.link(each.contact_id)[0]: each for each in inside}

    def _check_firm_archived(self, firm: Firm, there: Any, _error: Any) -> None:
        assert not there or self.firm_removal == "keep", f"{firm}, archived, is still there"

    def _check_firm_buried(self, firm: Firm, _there: Any, _error: Any) -> None:
        found = [
            each["id"]
            for each in self.simulator.companies()
            if each["custom_id"] == f"odoo-{firm.partner_id}"
        ]
        linked = self.sides.linked_companies()
        left = set(found) - set(linked)  # one that a merge handed on has its first custom id
        assert not left or self.firm_removal == "keep", f"{firm}, deleted, is still there: {left}"

    def _check_firm_gone(self, firm: Firm, there: Any, _error: Any) -> None:
        assert not there, f"{firm}, gone, is back"

    def _check_firm_of(self, person: Person) -> None:
        number, allowed = self._number(person), person.firm.may_be() | person.elsewhere
        assert number in allowed, f"lost: {person} is of company {number}, not {allowed}"
        person.firm.rest(number)
