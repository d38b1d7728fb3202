"""What follows the writing of contacts, be they changed or created."""

from typing import Any

from ...usercom import to_consent
from ..consents.answers import ConsentField, ConsentNotes
from ..values.exporter import ValueExporter
from ..values.importer import may_be_spelled_otherwise
from .merge_plan import MergePlan


def note_consents(backend: Any, plans: list[MergePlan]) -> None:
    """Note the consents that User.com said.

    Their fields may show them already: an empty checkbox looks like a "no". A "yes" that they do
    not show any more has met a "no" that was said with it.
    """
    for mapping in backend.mapping_ids.filtered("is_consent"):
        for consent in (True, False):
            said = [
                plan.partner.id
                for plan in plans
                if to_consent(plan.written.get(mapping._key()), mapping._withdrawn()) is consent
            ]
            seen = backend._with_account_context(backend.env["res.partner"].browse(said))
            shown = seen.filtered(ConsentField(mapping).shown) if consent else seen
            ConsentNotes(mapping).note(consent, shown)


def agree_on_written(backend: Any, plans: list[MergePlan]) -> None:
    """Agree on what Odoo made of the written values; what else it changed has to be sent.

    Of "600 100 200 " Odoo may make "+48 600 100 200": that is no edit, and is not sent.
    """
    mappings = backend._active_mappings()
    exported = {m._key() for m in mappings if m.direction != "import"}
    respelled = {m._key() for m in mappings if may_be_spelled_otherwise(m)}
    plain = {m._key() for m in mappings if not m.is_consent} - respelled
    export = ValueExporter(mappings)
    for plan in plans:
        base = plan.agreed.base
        odoo, _problems = export(plan.partner, base)
        written = odoo.keys() & plan.written.keys()
        base.update({key: odoo[key] for key in respelled & written})
        for key in plain & written:
            if odoo[key] != plan.written[key]:
                base.keep_both(key, odoo[key], plan.written[key])
        for key, value in plan.unset.items():
            if odoo.get(key) is not None:  # a default, which says nothing
                base.keep_both(key, odoo[key], value)
        plan.to_push |= any(odoo[key] != base.get(key) for key in exported & odoo.keys())
