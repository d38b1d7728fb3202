"""What people do in Odoo."""

from typing import Any

from .common_people import ODOO, USERCOM, Person
from .common_steps import Steps
from .common_values import TAGS, VALUES, as_contact


class InOdoo(Steps):
    """What people do in Odoo."""

    def enter(self) -> None:
        person = self.newcomer()
        self._enter(person, self.address(person))

    def _enter(self, person: Person, email: str) -> None:
        values = {"name": self.name(), "phone": self.phone(), "email": email}
        values |= self.some("job", *([] if self.has_firms else ["segment"]), *TAGS)
        consent = self.random.random() < 0.5
        written = self.as_contact(values) | {"x_email_consent": consent}
        person.contact_id = self.sides.create(written)
        for name, value in values.items():
            person.values[name].say(ODOO, value)
        if consent:
            person.consent.say(True)
        self.commit()
        self.tell("edits", f"{person} is entered: {values}, consent {consent}")

    def as_contact(self, values: dict[str, Any]) -> dict[str, Any]:
        return as_contact(self.spelled(values), self.sides.ids)

    def edit(self) -> None:
        person, here = self.contact()
        if person:
            self._edit(person, here, *self.another(person))

    def _edit(self, person: Person, here: dict[str, Any], name: str, value: Any) -> None:
        # Both came to the same by chance: who goes back has edited nothing.
        is_unheard = name in (*TAGS, "segment") and self.sides.is_waiting(person.contact_id)
        self.sides.write(person.contact_id, self.as_contact({name: value}))
        known = person.values[name]
        has_met = known.words.get(USERCOM, here[name]) == here[name]
        has_met = has_met and not known.others - {here[name]}
        if name in TAGS:  # what both have before they meet stays, though one takes it away
            has_met = has_met and self.is_linked(person)
        knows_all = has_met and not is_unheard and not person.has_double
        known.say(ODOO, value, knows_all=knows_all)
        self.commit()
        self.tell("edits", f"{person} is edited: {name} = {value}")

    def tag_here(self) -> None:
        person, here = self.contact()
        if person:
            tag = self.random.choice(TAGS)
            self._edit(person, here, tag, not here[tag] or None)

    def code(self) -> None:
        """The contact gets another code, or none any more; it is only sent."""
        person, _here = self.contact()
        if person:
            value = self.random.choice(("", f"code {self.new()}"))
            self.sides.write(person.contact_id, as_contact({"code": value}, self.sides.ids))
            self.commit()
            self.tell("edits", f"{person} gets the code “{value}”")

    def consent_here(self) -> None:
        person, here = self.contact()
        if person:
            value = not here["x_email_consent"]
            self.sides.write(person.contact_id, {"x_email_consent": value})
            person.consent.say_on(ODOO, value, is_double=person.has_double)
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
        if self._is_stranger(lost) or self._is_stranger(kept):
            return
        self._weigh_both(lost, gone, kept, here)
        self.sides.merge(lost.contact_id, kept.contact_id)
        is_unheard = any(
            True in person.consent.may_be and not shown["x_email_consent"]
            for person, shown in ((lost, gone), (kept, here))
        )
        kept.meet(lost)
        if is_unheard:  # a "yes" that Odoo has not heard yet, perhaps after a "no"
            kept.consent.may_be.add(False)
        self.commit()
        self.tell("merges", f"{lost} is merged into {kept} in Odoo")

    def _is_stranger(self, person: Person) -> bool:
        """Whether the person has a user that nobody in Odoo knows of: we have not created it."""
        return person.has_appeared and self.is_met_by_address(person)

    def _weigh_both(self, lost: Person, gone: Any, kept: Person, here: Any) -> None:
        """Who had no link has that of the other one: any of their values may stand.

        Else what Odoo hands on stands where the user who stays has got a value meanwhile: that is
        a conflict, which Odoo may win.
        """
        kept.may_be(here)
        for user in self.users(kept):
            for name, value in self.there(user).items():
                if name in VALUES and value and not here[name]:
                    kept.values[name].others.add(gone[name])
        if not self.is_linked(kept):
            shown = [self.there(user) for user in self.users(lost) + self.users(kept)]
            for each in (gone, *shown):
                kept.may_be(each)
            for name in VALUES:
                kept.values[name].others |= lost.values[name].may_be()

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
