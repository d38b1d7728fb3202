"""What every step of a history needs: chance, new values, people, and the story so far."""

import random
from collections import Counter
from typing import Any

from .common_meeting import Meeting
from .common_people import Person
from .common_values import SEGMENTS


class Steps(Meeting):
    """What a step needs: chance, new values, and the story."""

    removal = custom_id = ""
    has_firms = False

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
        return f"+48600{self.new():06}"

    def name(self) -> str:
        return f"Anna{self.new()} Nowak"

    def job(self) -> str:
        return f"Job no. {self.new()}"

    def segment(self) -> str:
        return self.random.choice(SEGMENTS)

    def spelled(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values, perhaps in another spelling of what counts as the same."""
        if "phone" in values and self.random.random() < 0.5:
            values = values | {"phone": "{:.3} {:.3} {:.3} {:.3}".format(*self._parts(values))}
        if "job" in values and self.random.random() < 0.5:
            values = values | {"job": f" {values['job'].replace(' ', '  ')} "}
        return values

    def _parts(self, values: dict[str, Any]) -> list[str]:
        return [values["phone"][start:] for start in range(0, 12, 3)]

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

    def another(self, person: Person, *, is_known: bool = True) -> tuple[str, str]:
        """A value of the person and its next text.

        Nobody gets another address while the old one is all that tells who the person is.
        """
        names = ["name", "phone", "email", "job"]
        names += [] if self.has_firms else ["segment"]  # Odoo's companies share theirs
        name = self.random.choice(names)
        if name == "email" and (
            not is_known or person.has_double or self.is_met_by_address(person)
        ):
            name = "phone"
        return name, self.address(person) if name == "email" else getattr(self, name)()

    def some(self, *names: str) -> dict[str, Any]:
        """Values that a newcomer has, or not."""
        chosen = [name for name in names if self.random.random() < 0.5]
        return {name: getattr(self, name)() if hasattr(self, name) else True for name in chosen}

    def commit(self) -> None:
        """The transaction ends; sometimes the next edit is made in the same one."""
        if self.random.random() < 0.8:
            self.sides.commit()
