"""Contacts and companies are compared anew once a pair of theirs has changed."""

from typing import Any

from ...usercom.records import COMPANIES, USERS

CHANGED = "usercom.field.mapping.requeue"  # whose pairs have changed, until precommit


def requeue_later(pairs: Any) -> None:
    """Have them compared anew: edits made under the former pair were not sent."""
    env = pairs.env
    precommit = env.cr.precommit
    if CHANGED not in precommit.data:
        precommit.data[CHANGED] = set()
        precommit.add(lambda: _requeue(env))
    precommit.data[CHANGED].update(
        (pair.backend_id.id, pair.resource) for pair in pairs if pair.direction != "import"
    )


def _requeue(env: Any) -> None:
    found = env.cr.precommit.data.pop(CHANGED, ())
    outbox = env["usercom.outbox"].sudo()
    users, companies = (
        outbox.backend_id.browse(key for key, of in found if of == resource).exists()
        for resource in (USERS, COMPANIES)
    )
    if users:
        outbox._enqueue_linked(users)
    companies._begin_companies()
