"""Full names, which Odoo keeps whole and User.com takes as first and last name."""

NAME_PARTS = ("first_name", "last_name")


def split_name(full: str) -> tuple[str, str]:
    """Return (first, last): the first word, and the rest ("" when there is none).

    No split is right for every culture; this one is reversible: join_name(*split_name(full)) is
    `full` with its white space normalized.
    """
    first, _, last = " ".join(full.split()).partition(" ")
    return first, last


def split_along(full: str, known: tuple[str, str]) -> tuple[str, str]:
    """Return (first, last), keeping the `known` half that `full` still has; else as `split_name`.

    "Anna Maria Kowalska" along ("Anna Maria", "Nowak") is ("Anna Maria", "Kowalska").
    """
    return split_by_half(full, known) or split_name(full)


def split_by_half(full: str, known: tuple[str, str]) -> tuple[str, str] | None:
    """Return (first, last) if `full` begins with the known first name or ends with the last one.

    Else None: "Ewa Lis" cannot be split along ("Anna Maria", "Kowalska") without a guess.
    """
    words, first, last = full.split(), known[0].split(), known[1].split()
    if first and words[: len(first)] == first:
        return " ".join(first), " ".join(words[len(first) :])
    if last and words[-len(last) :] == last:
        return " ".join(words[: -len(last)]), " ".join(last)
    return None


def join_name(first: str, last: str) -> str:
    """Return the full name with single spaces; either part may be empty."""
    return " ".join(f"{first} {last}".split())


def is_stand_in(name: str, *others: str | None) -> bool:
    """Return whether the name is just one of the others, an e-mail address or phone number."""
    return name.strip().casefold() in {other.strip().casefold() for other in others if other}
