"""What people do in User.com; the calls that tell of it are on their way."""

from typing import Any

from .common_people import ODOO, USERCOM, Person
from .common_steps import Steps
from .common_values import TAGS, as_user


class AtUserCom(Steps):
    """What people do there; the calls that tell of it are on their way."""

    def appear(self) -> None:
        person = self.newcomer()
        self._appear(person, self.address(person))

    def _appear(self, person: Person, email: str) -> None:
        values = {"name": self.name(), "phone": self.phone(), "email": email}
        values |= self.some("job", *([] if self.has_firms else ["segment"]), *TAGS)
        consent = self.random.choice((None, True, False))
        user = as_user(self.spelled(values)) | {"email_consent": consent}
        user["tags"] = [tag for tag in TAGS if tag in values]
        [user_id] = self.simulator.seed(user, fire=True)["ids"]
        person.has_appeared = True
        for key, value in values.items():
            person.values[key].say(USERCOM, value)
        if consent is not None:
            person.consent.say(consent)
        self.told_of(user_id, {})
        self.tell("changes", f"{person} appears as {user_id}: {values}, consent {consent}")

    def told_of(self, user_id: int, values: dict[str, Any]) -> None:
        user = self.simulator.user(user_id)
        extra = {"id": user_id, **values}
        self.untold.append({"timestamp": user["updated_at"], "extra": extra})

    def _patch(self, user: dict[str, Any], **values: Any) -> None:
        self.simulator.patch_user(user["id"], **values)
        self.told_of(user["id"], values)

    def change(self) -> None:
        person = self.someone()
        if not person or not (user := self.user(person)) or self.is_hidden(person, user):
            return
        name, value = self.another(person, is_known=not self.is_unread(person))
        self._say(person, user, name, value)
        self._patch(user, **as_user(self.spelled({name: value})))

    def tag_there(self) -> None:
        person = self.someone()
        if not person or not (user := self.user(person)) or self.is_hidden(person, user):
            return
        tag = self.random.choice(TAGS)
        self._say(person, user, tag, tag not in user["tags"] or None)
        self._patch(user, tags=sorted({*user["tags"]} ^ {tag}))

    def _say(self, person: Person, user: dict[str, Any], name: str, value: Any) -> None:
        known, met = person.values[name], self.there(user)[name]
        has_met = known.words.get(ODOO, met) == met
        if name in TAGS:
            has_met = has_met and self.is_linked(person)
        is_heard = has_met and not self.sides.is_waiting(person.contact_id)
        known.say(USERCOM, value, knows_all=is_heard and not person.has_double)
        self.tell("changes", f"{person} is changed there ({user['id']}): {name} = {value}")

    def consent_there(self) -> None:
        person = self.someone("here", "archived")
        if not person or not (user := self.user(person)):
            return
        if person.state == "archived" and self.removal == "delete":
            return
        value = not user["attributes"]["email_consent"]
        person.consent.say_on(USERCOM, value, is_double=person.has_double)
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
            is_named = self.custom_id != "none" or any(u["custom_id"] for u in self.users(person))
            if not is_named and self.random.random() < 0.5:  # two of them are never merged
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
        here = self.here(person)
        if here and not here["x_email_consent"]:
            person.consent.may_be.add(False)  # it may take the user who has said "yes" since
        person.consent.was_denied |= is_no
        if fires:
            self.told_of(user_id, {})
        self.tell("doubles there", f"{person} is there twice: {user_id} {values}")

    def night(self) -> None:
        """User.com merges the users of one address."""
        self.tell("nights", f"the night merges {self.simulator.deduplicate()}")
        for person in self.people:
            if person.has_double and (here := self.here(person)):
                self._may_return(person, here)
            person.has_double = False

    def _may_return(self, person: Person, here: dict[str, Any]) -> None:
        """What the other user lacks Odoo hands on, as it may never have had it.

        So what was taken away there, and not read yet, may be back.
        """
        for name, value in person.values.items():
            if here[name] and value.words.get(USERCOM, here[name]) is None:
                value.others.add(here[name])
