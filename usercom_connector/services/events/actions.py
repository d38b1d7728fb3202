"""The action "Send a User.com Event": from any records to events of their contacts.

Whoever writes the action has to have the right to read what its paths lead over, and what a path
of several steps reads has to be of the account's company.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from odoo import fields, models
from odoo.fields import Domain

from ...usercom.conversions import AS_IT_IS, Conversion
from ...usercom.strict_json import dumps, is_deeper_than
from ...usercom.texts import html_to_text
from ...usercom.values import DEPTH_LIMIT
from ..mapping.choices import MAX_RECORDS
from ..mapping.paths import MOST_STEPS, SECRETS, fields_on
from ..mapping.rights import is_open_to_users, may_read
from ..values.exporter import code_field, international
from .events import EventQueueing

Item = dict[str, Any]


class EventAction:
    """What one ``ir.actions.server`` of this type tells of records."""

    def __init__(self, action: Any) -> None:
        self._action = action.sudo().with_context(lang=None)  # its name: not whoever's language
        self._env = action.env
        self._model_name = self._action.model_id.model

    def queue(self, records: Any) -> None:
        """Queue the events of ``records``, in the accounts of their companies."""
        for company, some in records.sudo().grouped(self.company_of).items():
            if backend := self._env["usercom.backend"].sudo()._of_company(company):
                seen = some.with_company(company).with_context(lang=backend._language())
                EventQueueing(backend).queue(self.items(seen, company))

    def company_of(self, record: Any) -> Any:
        """The company of ``record``; of one without, the contact's, else the current one."""
        path = self._action.usercom_contact_path
        contact = record.sudo().mapped(path)[:1] if path else record
        for each in (record, contact):
            if "company_id" in each._fields and (company := each.sudo().company_id[:1]):
                return company
        return self._env.company

    def items(self, records: Any, company: Any) -> list[Item]:
        """What to queue; the records are read as they are given, with whoever's rights."""
        readers = [
            (line.usercom_name, self._reader(line.path, company, line._conversion()))
            for line in self._action.usercom_value_ids
        ]
        return [
            {
                "partner": contact,
                "name": str(self._action.usercom_event_name or self._action.name),
                "read_name": self._read_name(record, company),
                "data": {name: read(record) for name, read in readers},
            }
            for record in records
            if (contact := self._contact(record, company))
        ]

    def _reader(self, path: str, company: Any, conversion: Conversion | None = None) -> ValueReader:
        return ValueReader(
            ActionPath(self._env, self._model_name, path), company, conversion or Conversion()
        )

    def _contact(self, record: Any, company: Any) -> Any:
        """The contact that the event of ``record`` is about; empty or None if there is none."""
        if not self._action.usercom_contact_path:
            return record
        path = ActionPath(self._env, self._model_name, self._action.usercom_contact_path)
        source = path.follower(company.id)(record)
        return source[path.last.name] if source else None

    def _read_name(self, record: Any, company: Any) -> str | None:
        """The name of the event where it is of a field, and that is filled."""
        path = self._action.usercom_event_name_path
        name = self._reader(path, company)(record) if path else None
        return str(name) if name else None


# ---- paths ----

READ = frozenset(
    ("boolean", "char", "text", "html", "selection", "integer", "float", "monetary", "date")
    + ("datetime", "many2one", "many2many", "one2many", "json")
)


class ActionPath:
    """One path from the records of a model."""

    def __init__(self, env: Any, model_name: str, path: str) -> None:
        self._env = env
        self._model = env.get(model_name)
        self._names = path.split(".")
        self.path = path
        self.fields = fields_on(self._model, path)

    @property
    def last(self) -> Any:
        """The `Field` that it ends in; None where it leads nowhere."""
        return self.fields[-1] if self.fields else None

    def leads_to_contact(self) -> bool:
        """Whether it ends in a contact."""
        return self.last is not None and (self.last.type, self.last.comodel_name) == (
            "many2one",
            "res.partner",
        )

    def problem(self) -> str | None:
        """Why it cannot be followed, None if it can."""
        env = self._env
        text: str | None = None
        if not self.fields:
            text = env._("“%s” leads to no field.", self.path)
        elif any(SECRETS.search(field.name) for field in self.fields):
            text = env._("“%s” may be a secret. It cannot be sent.", self.label())
        elif len(self.fields) > MOST_STEPS:
            text = env._(
                "“%(path)s” has more than %(most)s steps.", path=self.path, most=MOST_STEPS
            )
        elif any(field.type != "many2one" for field in self.fields[:-1]):
            text = env._("“%s” can only follow fields that lead to one record.", self.label())
        elif self.last.type not in READ:
            text = env._("“%s” is of a type that cannot be sent.", self.label())
        elif not all(is_open_to_users(env, field.groups) for field in self.fields):
            text = env._(
                "“%s” is kept from some users, so it cannot be sent to User.com.", self.label()
            )
        return text

    def is_readable_by(self, person: Any) -> bool:
        """Whether ``person`` may read all that it leads over."""
        return bool(person._is_superuser() or may_read(person, self._model, self._names))

    def label(self) -> str:
        """Return the labels of the steps: "Customer > Country"."""
        return " > ".join(field._description_string(self._env) for field in self.fields)

    def choices(self) -> list[tuple[str, str]]:
        """``[(key, name)]`` of what a selection or a record may be, as far as the reader sees it.

        Of too many records there is one more than `MAX_RECORDS`.
        """
        if self.last is None or self.last.type not in ("selection", "many2one"):
            return []
        if self.last.type == "selection":
            return list(self.last._description_selection(self._env))
        comodel = self._env[self.last.comodel_name]
        if not comodel.has_access("read"):
            return []
        found = comodel.search([], limit=MAX_RECORDS + 1)
        return [(str(record.id), record.display_name) for record in found]

    def sent_name(self, key: str, name: str) -> str:
        """Return what is sent of a choice without a table."""
        return key if self.last.type == "selection" else name

    def follower(self, company_id: int) -> Callable[[Any], Any]:
        """Return a function from a record to the one that the last step is read from.

        It returns None where a step leads nowhere, or to a record that is not for this company.
        """
        rules = self._env["ir.rule"].sudo()
        hops = [
            (field.name, rules._usercom_company_domain(company_id, field.comodel_name))
            for field in self.fields[:-1]
        ]

        def follow(record: Any) -> Any:
            for name, own in hops:
                record = record[name]
                if not record or not _is_own(record, own):
                    return None
            return record

        return follow


def _is_own(record: Any, own: Domain) -> bool:
    return own is Domain.TRUE or bool(record.sudo().filtered_domain(own))


# ---- values ----

LONGEST_TEXT = 255  # of an event's value at User.com
LONGEST_JSON = 2**16  # characters of a JSON value


class ValueReader:
    """Reads one value of records, converted as chosen, for the account of ``company``."""

    def __init__(self, path: ActionPath, company: Any, conversion: Conversion = AS_IT_IS) -> None:
        self._path, self._company = path, company
        self._follow = path.follower(company.id)
        self._conversion = conversion

    def __call__(self, record: Any) -> Any:
        """Return the value to send; what is meant for no value where there is none."""
        source = self._follow(record)
        value = _as_json(self._converted(source)) if source else None
        return self._conversion.when_empty if value in (None, "", []) else value

    def _converted(self, source: Any) -> Any:
        field = self._path.last
        value = _plain(source, field)
        if self._conversion.name == "e164":
            return international(source, value) or value
        if self._conversion.name == "date" and isinstance(value, datetime):
            zone = self._company.partner_id.tz or "UTC"
            return fields.Datetime.context_timestamp(source.with_context(tz=zone), value).date()
        if self._conversion.name == "table":
            return self._from_table(source[field.name], value)
        return self._conversion.to_usercom(value)

    def _from_table(self, found: Any, value: Any) -> Any:
        """Return what the table has; a choice added since is sent as it is without one."""
        key = str(found.id) if isinstance(found, models.BaseModel) else found
        return dict(self._conversion.table).get(key, value)


def _plain(source: Any, field: Any) -> Any:
    """Return a field's value: records by name or code, unset as None."""
    value = source[field.name]
    match field.type:
        case "boolean" | "integer" | "float" | "json":
            return value
        case "monetary":
            currency = field.get_currency_field(source)
            return source[currency].round(value) if currency and source[currency] else value
        case "many2one":
            return value[code_field(value)] or None
        case "many2many" | "one2many":
            return [name for name in value[:MAX_RECORDS].mapped("display_name") if name]
        case "html":
            return html_to_text(value or "") or None
        case _:
            return None if value is False else value


def _fits_json(value: Any) -> bool:
    try:
        return not is_deeper_than(DEPTH_LIMIT, value) and len(dumps(value)) <= LONGEST_JSON
    except ValueError:
        return False


def _as_json(value: Any) -> Any:
    """Return what is sent of a value; none of what JSON cannot hold, or is too much for an event.

    Whoever saves a record that an automation rule tells of is not stopped by it.
    """
    if isinstance(value, float | list | dict) and not _fits_json(value):
        return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return value[: LONGEST_TEXT - 1] + "…"
    return value
