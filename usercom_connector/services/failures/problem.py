"""Sentences about what went wrong, and what alike ones are recognised by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Problem(str):
    """A sentence for people with a stored code of `CODES`.

    The sentence names a contact and a value, so no two are equal; the code and the pair are the
    same for all that failed alike. `mapping_id` is the pair whose value it is about, if any.
    """

    code: str
    mapping_id: int | None

    def __new__(cls, text: str, code: str = "other", mapping_id: int | None = None) -> Problem:
        problem = super().__new__(cls, text)
        problem.code = code
        problem.mapping_id = mapping_id
        return problem


def joined(problems: Sequence[str]) -> Problem:
    """Return all `problems` as one, which is known by the first."""
    first = as_problem(problems[0] if problems else "")
    return Problem("\n".join(problems), first.code, first.mapping_id)


def as_problem(text: str) -> Problem:
    """Return a text of whatever origin as a problem."""
    return text if isinstance(text, Problem) else Problem(text)


def columns(message: str) -> dict[str, Any]:
    """Return the columns of a queue's row that tell of a failure."""
    problem = as_problem(message)
    return {
        "error": str(problem),
        "error_code": problem.code,
        "mapping_id": problem.mapping_id,
    }
