"""Texts that name contacts by their ids, so that an erased person is in nobody else's row.

Stored is "[contact 7] is the same User.com user as [contact 9]"; read, it has the names that these
contacts have by now, as far as the reader may see them.
"""

from __future__ import annotations

import re
from typing import Any

from odoo import fields

_MARK = re.compile(r"\[contact (\d+)\]")


def by_id(partners: Any) -> str:
    """Return what stands for the contacts in a text to be stored: "[contact 7], [contact 9]"."""
    return ", ".join(f"[contact {partner_id}]" for partner_id in partners.ids)


def with_names(text: Any, env: Any) -> Any:
    """Return the text with the names of those contacts that the user may read, also under sudo."""
    if not text or not (marks := _MARK.findall(text)):
        return text
    contacts = env(su=False)["res.partner"].browse({int(mark) for mark in marks}).exists()
    names = {str(partner.id): partner.display_name for partner in contacts._filtered_access("read")}
    return _MARK.sub(lambda mark: names.get(mark[1]) or mark[0], text)


class ContactText(fields.Text):
    """A text with contacts by id in the database, and by name when it is read."""

    def convert_to_record(self, value: Any, record: Any) -> Any:
        return with_names(super().convert_to_record(value, record), record.env)
