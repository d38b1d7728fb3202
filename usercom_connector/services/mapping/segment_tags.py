"""Pairs that send the tags of contacts: where there are any, no segment may give a tag."""

from typing import Any

from .paths import Names
from .summaries import watched_names

TAGS = "category_id"


def sending_pairs(env: Any) -> Any:
    """Return the field mappings, of any account, that send what tags contacts have."""
    pairs = env["usercom.field.mapping"].sudo().search([("direction", "!=", "import")])
    return pairs.filtered(_sends_tags)


def segment_problem(mapping: Any) -> str | None:
    """Return that a mapping sends tags while segments give some, None if it is not so."""
    if mapping.direction == "import" or not _sends_tags(mapping):
        return None
    if not mapping.env["usercom.segment"].sudo().search_count([], limit=1):
        return None
    problem: str = mapping.env._(
        "“%s” sends the tags of contacts, and some are given by segments of User.com.",
        mapping._label(),
    )
    return problem


def _sends_tags(mapping: Any) -> bool:
    names: list[Names] = [tuple((mapping.path or mapping.field_name or "").split("."))]
    return any(TAGS in each for each in [*names, *watched_names(mapping)])
