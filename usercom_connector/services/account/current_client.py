"""A client is made once for a run. Meanwhile somebody may pause the account or give it another key.

What was asked with an old key, or of an old system, says nothing about the account any more.
"""

from typing import Any

from ..queue.holds import ModuleOperation
from .connection import Connection


def is_current(backend: Any, client: Any) -> bool:
    """Whether ``client`` has the present key and system of the account."""
    return bool(client.is_for(Connection(backend).base_url(), backend.sudo().api_key))


def may_go_on(backend: Any, client: Any) -> bool:
    """Whether the account still runs, with ``client``, and nobody waits for the run to end."""
    backend.env.invalidate_all()
    return (
        backend.state == "running"
        and is_current(backend, client)
        and not ModuleOperation(backend.env).is_announced()
    )
