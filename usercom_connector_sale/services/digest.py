import hashlib
import json
from typing import Any


def digest_of(item: Any) -> str:
    """A short text that tells whether the JSON value ``item`` is the one that was sent."""
    text = json.dumps(item, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
