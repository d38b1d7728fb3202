"""Full names, which Odoo keeps whole and User.com takes as first and last name."""


def split_name(full: str) -> tuple[str, str]:
    """Return (first, last): the first word, and the rest ("" when there is none).

    No split is right for every culture; this one is reversible: join_name(*split_name(full)) is
    `full` with its white space normalized.
    """
    first, _, last = " ".join(full.split()).partition(" ")
    return first, last


def join_name(first: str, last: str) -> str:
    """Return the full name with single spaces; either part may be empty."""
    return " ".join(f"{first} {last}".split())
