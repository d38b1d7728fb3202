"""A field becomes a consent: what its contacts show already is logged.

A "no" in the log stays one, whatever the field shows. A "yes" that was said by means of another
field does not count any more: the new field's empty checkbox would turn it into a "no".
"""

from __future__ import annotations

from typing import Any

from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...usercom.texts import read_word
from ..own_context import Origin, with_own_context
from .answers import UNSUBSCRIBED_FIELD, ConsentField, ConsentNotes


def adopt(mappings: Any) -> None:
    """Log what the contacts of these new consents show: whoever pairs the field vouches for it."""
    for mapping in with_own_context(mappings, origin=Origin("mapping")):
        notes = ConsentNotes(mapping)
        if mapping.attribute_id.shown_by != mapping.field_name:
            notes.record(None, _saying(mapping, True))
        if mapping._partner_field().store:
            _adopt_values(mapping, notes)
        elif mapping.field_name == UNSUBSCRIBED_FIELD:
            notes.record(False, _blacklisted(mapping.env))


def remember_field(mappings: Any) -> None:
    """Keep with the attribute which field has shown the consent last."""
    for mapping in mappings:
        if mapping.attribute_id.shown_by != mapping.field_name:
            mapping.attribute_id.sudo().shown_by = mapping.field_name


def refuse_to_mix_answers(mappings: Any) -> None:
    """Raise ValidationError for a consent that gets another field or attribute after answers."""
    log = mappings.env["usercom.consent.log"].sudo()
    for mapping in mappings.filtered("is_consent"):
        company = mapping.backend_id.company_id
        about = [("company_id", "=", company.id), ("consent", "=", mapping._key())]
        if log.search_count(about, limit=1):
            raise ValidationError(
                mappings.env._(
                    "The consent log holds answers to “%s”. To pair it anew, delete this pair "
                    "and add another one.",
                    mapping.attribute_id.name,
                )
            )


def _adopt_values(mapping: Any, notes: ConsentNotes) -> None:
    backend = mapping.backend_id
    contacts = backend._partners().with_context(active_test=False)
    telling = mapping._choice_keys() if mapping.field_type == "selection" else [True]
    for value in telling:  # an empty checkbox says nothing
        showing = contacts._search([(mapping.field_name, "=", value)]).subselect()
        shown = read_word(value) != mapping._withdrawn()
        notes.record(shown, SQL("%s EXCEPT %s", showing, _saying(mapping, False)))
    refused = mapping.env.execute_query(_saying(mapping, False))
    ConsentField(mapping).withdraw(backend._in_company(contacts.browse(key for (key,) in refused)))


def _saying(mapping: Any, consent: bool) -> SQL:
    """Return SQL for the ids of the contacts whose last answer is `consent`."""
    log = mapping.env["usercom.consent.log"]
    query: SQL = log._saying(mapping.backend_id, mapping._key(), consent)
    return query


def _blacklisted(env: Any) -> SQL:
    """Return SQL for the ids of the contacts whose address is on the e-mail blacklist."""
    env["mail.blacklist"].flush_model(["email", "active"])
    env["res.partner"].flush_model(["email_normalized"])
    return SQL(
        """SELECT a.id FROM res_partner a
             JOIN mail_blacklist m ON m.email = a.email_normalized AND m.active"""
    )
