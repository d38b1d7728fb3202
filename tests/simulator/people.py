"""Made-up people, always the same ones for the same numbers."""

from collections.abc import Iterator
from typing import Any

FIRST = ("Anna", "Piotr", "Emma", "Luca", "Sofia", "Jonas", "Chloé", "Mateo", "Zofia", "Oskar")
LAST = ("Nowak", "Rossi", "Müller", "Dubois", "García", "Jensen", "Kowalska", "Silva", "Novák")
CITIES = (("Kraków", "Poland"), ("Lyon", "France"), ("Porto", "Portugal"), ("Graz", "Austria"))
PLAIN = str.maketrans("éüíóáł", "euioal")


def person(number: int) -> dict[str, Any]:
    """Return the standard values of one person."""
    first, last = FIRST[number % len(FIRST)], LAST[number % len(LAST)]
    city, country = CITIES[number % len(CITIES)]
    return {
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}.{number}@example.com".lower().translate(PLAIN),
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
