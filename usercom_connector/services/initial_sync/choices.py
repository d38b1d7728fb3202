"""What was chosen for an initial sync."""

from dataclasses import replace
from typing import Any

from ...usercom.merge import Rule
from ..importer import ImportChoices
from ..own_context import Origin


def import_choices(sync: Any) -> ImportChoices:
    """What was chosen for ``sync``, as the import of users takes it; for a page of users."""
    rules = tuple(first_rules(sync))
    return ImportChoices(sync.direction, rules, sync._domain(), is_confirmed=True)


def consent_origin(sync: Any) -> Origin:
    """What the consent log names as the source of consents."""
    return Origin("sync", ref=f"{sync._name},{sync.id}")


def first_rules(sync: Any) -> list[Rule]:
    """The merge rules where a contact and a user meet for the first time.

    Consents are brought together both ways whatever the direction is.
    """
    policies = {choice.mapping_id: choice._policy() for choice in sync.field_ids}
    mappings = sync.backend_id._active_mappings()
    return [
        replace(
            rule,
            policy=policies.get(mapping, rule.policy),
            direction=rule.direction if rule.consent else _narrowed(rule.direction, sync.direction),
        )
        for mapping, rule in zip(mappings, mappings._rules(), strict=True)
        if rule.consent or _narrowed(rule.direction, sync.direction)
    ]


def _narrowed(direction: str, chosen: str) -> str | None:
    """The way that values of a mapping go in a sync of the ``chosen`` direction; None if none.

    ``_narrowed("both", "import")`` is "import", ``_narrowed("export", "import")`` is None.
    """
    if "both" in (direction, chosen):
        return chosen if direction == "both" else direction
    return direction if direction == chosen else None
