from collections.abc import Sequence
from typing import Any


def notification(
    title: str, message: str = "", kind: str = "success", links: Sequence[dict[str, str]] = ()
) -> dict[str, Any]:
    """The action that shows a message and then the page anew, for a button to return.

    Each ``%s`` in ``message`` is one of the ``links``, ``{"label", "url"}``.
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": kind,
            "title": title,
            "message": message,
            "links": list(links),
            "next": {"type": "ir.actions.client", "tag": "soft_reload"},
        },
    }
