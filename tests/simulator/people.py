"""Made-up people, always the same ones for the same numbers."""

from collections.abc import Iterator
from typing import Any

FIRST = ("Anna", "Piotr", "Emma", "Luca", "Sofia", "Jonas", "Chloé", "Mateo", "Zofia", "Oskar")
LAST = ("Nowak", "Rossi", "Müller", "Dubois", "García", "Jensen", "Kowalska", "Silva", "Novák")
CITIES = (("Kraków", "Poland"), ("Lyon", "France"), ("Porto", "Portugal"), ("Graz", "Austria"))
PLAIN = str.maketrans("éüíóáł", "euioal")
FIRST_PLAIN, LAST_PLAIN = ([n.lower().translate(PLAIN) for n in names] for names in (FIRST, LAST))


def person(number: int) -> dict[str, Any]:
    """Return the standard values of one person."""
    first, last = number % len(FIRST), number % len(LAST)
    city, country = CITIES[number % len(CITIES)]
    return {
        "first_name": FIRST[first],
        "last_name": LAST[last],
        "email": f"{FIRST_PLAIN[first]}.{LAST_PLAIN[last]}.{number}@example.com",
        "phone_number": f"+48{500_000_000 + number}",
        "city": city,
        "country": country,
        "status": "user",
    }


def people(count: int, first: int, custom_id_prefix: str | None) -> Iterator[dict[str, Any]]:
    """Yield `count` people numbered from `first`, with a custom id where a prefix is given."""
    for number in range(first, first + count):
        values = person(number)
        if custom_id_prefix is not None:
            values["custom_id"] = f"{custom_id_prefix}{number}"
        yield values
