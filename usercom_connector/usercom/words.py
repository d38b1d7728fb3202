"""Words that say yes or no."""

from typing import Any

_BOOLEANS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


def read_word(word: Any) -> bool | None:
    """Return what a word such as "yes" or "False" says; None for a word that is neither."""
    return _BOOLEANS.get(str(word).strip().lower())
