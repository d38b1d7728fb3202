"""Snippet tags such as `{{ email }}` in the extra data and the URL of an automation call."""

import re
from collections.abc import Callable
from typing import Any

SNIPPET = re.compile(r"\{\{\s*(?:(?:client|user)\.)?(.+?)\s*\}\}")
BOOLEANS = {
    "python": {True: "True", False: "False"},
    "lower": {True: "true", False: "false"},
    "digits": {True: "1", False: "0"},
}


def fill(template: Any, value_of: Callable[[str], Any], booleans: str) -> Any:
    """Replace the snippets in every string of a JSON value; the results are strings."""
    if isinstance(template, dict):
        return {key: fill(each, value_of, booleans) for key, each in template.items()}
    if isinstance(template, list):
        return [fill(each, value_of, booleans) for each in template]
    if isinstance(template, str):
        return SNIPPET.sub(lambda tag: text(value_of(tag[1]), booleans), template)
    return template


def text(value: Any, booleans: str) -> str:
    """Render a value as a snippet does: missing is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return BOOLEANS[booleans][value]
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
