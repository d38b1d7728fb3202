"""Contacts and values as people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from odoo import fields
from odoo.tools import format_date, format_datetime

from ...usercom.records import USERS
from ..consents.answers import UNSUBSCRIBED
from ..memberships import Memberships

# ---- contacts, by their ids ----
# Stored is "[contact 7] is the same User.com user as [contact 9]"; read, it has the names that
# these contacts have by now, as far as the reader may see them.

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


# ---- values, with their labels ----

CODED = ("res.country", "res.lang")  # few, and each code is one record's


class ValueTexts:
    """The texts of many values, for one reader; labels are looked up once for an account.

    ``resource``: whether they are values of users or of companies.
    """

    def __init__(self, env: Any, resource: str = USERS) -> None:
        self._env = env
        self._resource = resource
        self._known: dict[Any, dict[str, Any]] = {}
        self._codes: dict[Any, dict[str, str]] = {}

    def differences(self, backend: Any, differences: Mapping[str, Sequence[Any]]) -> str:
        """Return {key: (in Odoo, in User.com)} in one line: "Phone: 601111222 ≠ 602111222"."""
        mappings = self._mappings(backend)
        ordered = [key for key in mappings if key in differences]
        ordered += [key for key in differences if key not in mappings]
        return "; ".join(
            f"{self.label(backend, key)}: "
            + " ≠ ".join(self.value(mappings.get(key), side) or "-" for side in differences[key])
            for key in ordered
        )

    def value(self, mapping: Any, value: Any) -> str:
        """Return the text of one canonical value; `mapping` is None where the pair was deleted."""
        if mapping and mapping.is_consent:
            return self._consent(mapping, value)
        if isinstance(value, str) and mapping and (name := self._names(mapping).get(value)):
            return name
        if value is False and mapping and mapping.value_type != "boolean":
            return ""  # as a field of JSON reads nothing
        if mapping and "label_id" in mapping._fields:
            value = bool(value)
        if isinstance(value, bool):
            return str(self._env._("yes") if value else self._env._("no"))
        if isinstance(value, list):
            return ", ".join(map(str, value))
        if isinstance(value, str) and mapping and mapping.value_type in ("date", "datetime"):
            return self._moment(mapping.value_type, value)
        return "" if value is None else str(value)

    def _consent(self, mapping: Any, value: Any) -> str:
        if value is None:
            return ""
        is_withdrawn = value == mapping._rules()[0].withdrawn
        return str(self._env._("withdrawn") if is_withdrawn else self._env._("given"))

    def _names(self, mapping: Any) -> dict[str, str]:
        """Return what the codes mean that a field has: {"PL": "Poland"}, {"female": "Woman"}."""
        if mapping not in self._codes:
            self._codes[mapping] = self._read_names(mapping.sudo())
        return self._codes[mapping]

    def _read_names(self, mapping: Any) -> dict[str, str]:
        field = None if mapping.conversion else mapping._partner_field()
        if field is not None and field.type == "selection":
            return dict(field._description_selection(self._env))
        if field is not None and field.comodel_name in CODED:
            records = self._env[field.comodel_name].sudo().search([])
            return {record.code: record.name for record in records if record.code}
        return {}

    def _moment(self, value_type: str, value: str) -> str:
        try:
            if value_type == "date":
                return str(format_date(self._env, value))
            return str(format_datetime(self._env, value.replace("T", " ").removesuffix("Z")))
        except ValueError:
            return value

    def _mappings(self, backend: Any) -> dict[str, Any]:
        if backend not in self._known:
            mappings = backend.sudo()._mappings_of(self._resource)
            self._known[backend] = {mapping._key(): mapping for mapping in mappings}
            if self._resource == USERS:
                self._known[backend] |= Memberships(backend.sudo()).by_key
        return self._known[backend]

    def label(self, backend: Any, key: str) -> str:
        """Return the label of the pair of this attribute, or of the attribute itself.

        For first and last name it is the attribute's: both are one field.
        """
        if key == UNSUBSCRIBED:
            return str(self._env._("E-mail consent"))
        mapping = self._mappings(backend).get(key)
        if mapping and not mapping._is_name_part():
            label: str = mapping._label()
            return label
        attributes = backend.sudo().attribute_ids
        return str(attributes.filtered(lambda attribute: attribute.name_std == key).name or key)

    def group(self, backend: Any, label: Any) -> str:
        """Return what a tag or list of User.com is called: as its pair, where it has one."""
        pair = self._mappings(backend).get(label._key())
        return str(pair._label() if pair else label.name)
