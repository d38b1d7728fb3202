"""The people of a history and where they are on both sides; the end, where all is compared."""

from typing import Any

from .common_people import Person
from .common_values import VALUES, of_contact, of_user


class Meeting:
    """`sides` are Odoo and User.com as they are now, `people` what has to be found there."""

    def __init__(self, sides: Any, prefix: str = "") -> None:
        self.sides, self.simulator, self.prefix = sides, sides.simulator, prefix
        self.people: list[Person] = []

    def here(self, person: Person) -> dict[str, Any] | None:
        """The contact's values; a link to a user of the person tells which contact it is."""
        if not person.contact_id and (users := self.users(person)):
            person.contact_id = self.sides.contact_of([user["id"] for user in users])
        fields = self.sides.read(person.contact_id)
        return of_contact(fields, self.sides.ids) if fields else None

    def users(self, person: Person) -> list[dict[str, Any]]:
        """All users that have an address of the person."""
        users = self.simulator.users(limit=10_000)
        return [user for user in users if user["email"] in person.emails]

    def user(self, person: Person) -> dict[str, Any] | None:
        """The linked user, else the first one."""
        users, [linked, _error] = self.users(person), self.sides.link(person.contact_id)
        return next((user for user in users if user["id"] == linked), (users or [None])[0])

    def there(self, user: dict[str, Any]) -> dict[str, Any]:
        """The user's values as a contact's."""
        return of_user(user)

    def is_linked(self, person: Person) -> bool:
        return bool(self.here(person) and self.sides.link(person.contact_id)[0])

    def is_unread(self, person: Person) -> bool:
        """Whether the linked user was merged into another one of which Odoo does not know yet."""
        linked, _error = self.sides.link(person.contact_id)
        return bool(linked) and linked not in [user["id"] for user in self.users(person)]

    def is_met_by_address(self, person: Person) -> bool:
        """Whether contact and user are still to be found to be the same, by their address."""
        return bool(self.here(person) and self.users(person)) and not self.is_linked(person)

    def is_hidden(self, person: Person, user: dict[str, Any]) -> bool:
        """Whether only what was sent tells that the user is the contact's: its address is not."""
        here = self.here(person)
        return bool(here and here["email"] != user["email"]) and not self.is_linked(person)

    # ---- the end ----

    def check(self) -> None:
        """Nothing is lost, nobody doubled, no withdrawal overruled, and nothing moves any more."""
        writes = self.sides.come_to_rest()
        assert not writes, f"it did not come to rest: {writes}"
        for person in self.people:
            getattr(self, f"_check_{person.state}")(person)
            person.is_pushed = False

    def _numbers(self, person: Person) -> tuple[int, int]:
        return len(self.sides.contacts(person.emails)), len(self.users(person))

    def _check_here(self, person: Person) -> None:
        numbers = self._numbers(person)
        assert numbers == (1, 1), f"lost or doubled: {person} has {numbers} contacts and users"
        here, user = self.here(person), self.users(person)[0]
        linked, error = self.sides.link(person.contact_id)
        assert linked == user["id"], f"{person} is linked to {linked}, not {user['id']}: {error}"
        there = self.there(user)
        assert here == there, f"{person} is {here} in Odoo and {there} in User.com: {error}"
        for name in VALUES:
            allowed = person.values[name].may_be()
            assert here[name] in allowed, f"lost: {person}'s {name} is {here[name]}, not {allowed}"
            person.values[name].rest(here[name])
        self._check_consent(person, bool(here["x_email_consent"]))

    def _check_consent(self, person: Person, consent: bool) -> None:
        allowed = person.consent.may_be
        assert consent in allowed, f"overruled: {person}'s consent is {consent}, not {allowed}"
        person.consent.rest(consent)

    def _check_archived(self, person: Person) -> None:
        contacts, users = self._numbers(person)
        assert contacts == 1 and users <= 1, f"doubled: archived {person} has {contacts, users}"

    def _check_buried(self, person: Person) -> None:
        contacts, users = self._numbers(person)
        assert not contacts and users <= 1, f"{person}, deleted, came back: {contacts, users}"

    def _check_gone(self, person: Person) -> None:
        contacts, users = self._numbers(person)
        allowed = person.merged  # those that could not be merged into the one that is gone
        assert contacts == 1 and users <= allowed, f"{person}, gone, is back: {contacts, users}"

    def _check_merged(self, person: Person) -> None:
        """Its addresses are those of the one into whom it was merged."""
