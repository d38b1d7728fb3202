"""What is left to be set up until an account keeps both sides the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from babel.dates import format_timedelta

from odoo import fields
from odoo.tools import formatLang, get_lang
from odoo.tools.misc import babel_locale_parse, format_date

from ..contacts.employees import Employees
from ..mapping.suggestions import USUAL_ATTRIBUTES
from .account_status import AccountStatus

STEPS = ("connect", "contacts", "fields", "webhook", "sync", "run")
MOST_COUNTED = 10_000  # as in Odoo's lists: beyond, the exact number tells nobody more


@dataclass(frozen=True)
class Step:
    """A step in the reader's language; ``state`` is "done", "current" or "todo"."""

    code: str
    title: str
    text: str
    state: str


class SetupChecklist:
    """The steps of one account, or of a company that has none yet: an empty recordset.

    Whether it is complete is asked with each dashboard: that reads a row here and there. The
    numbers in its texts are counted only while it is shown.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend.sudo()
        self._env = backend.env
        self._status = AccountStatus(backend)

    def is_shown(self) -> bool:
        """Whether it is of use still, and nobody has hidden it.

        A complete list does not come back for a key that is refused later: that is no set-up.
        """
        left = set(STEPS) - self._done - {"connect"}
        return not self._backend.is_setup_hidden and bool(left)

    def steps(self) -> Iterator[Step]:
        """Yield the steps in their order."""
        titles = step_titles(self._env)
        for code in STEPS:
            state = "done" if code in self._done else "todo"
            state = "current" if code == self.current else state
            yield Step(code, titles[code], self._text(code), state)

    @cached_property
    def current(self) -> str | None:
        """The step to take now, None if none is left.

        An initial sync whose preview is ready starts only once the account runs.
        """
        left = [code for code in STEPS if code not in self._done]
        if left[:2] == ["sync", "run"] and self._status.last_sync.state == "ready":
            return "run"
        return next(iter(left), None)

    @cached_property
    def _done(self) -> set[str]:
        return {code for code in STEPS if self._is_done(code)}

    def _is_done(self, code: str) -> bool:
        backend, status = self._backend, self._status
        if code == "connect" or backend.state in (False, "draft"):
            return code == "connect" and status.is_key_verified
        match code:
            case "contacts":
                return status.has_links or bool(self._count_contacts(limit=1))
            case "fields":
                return bool(status.paired_fields)
            case "webhook":
                return bool(backend.webhook_last_call) or not status.hears
            case "sync":
                return bool(status.last_sync.state == "done")
            case _:
                return backend.state in ("running", "paused")

    def _count_contacts(self, limit: int = MOST_COUNTED + 1) -> int:
        domain = self._backend._partner_domain()
        return int(self._env["res.partner"].sudo().search_count(domain, limit=limit))

    # ---- in words ----

    def _text(self, code: str) -> str:
        if code == "connect":
            return self._about_connection()
        if self._backend.state in (False, "draft"):
            return _purposes(self._env)[code]
        match code:
            case "contacts":
                return self._about_contacts()
            case "fields":
                return self._about_fields()
            case "webhook":
                return self._about_webhook()
            case "sync":
                return self._about_sync()
            case _:
                return self._about_run()

    def _about_connection(self) -> str:
        backend = self._backend
        if not backend.api_key:
            return self._env._("Enter the system name and the API key.")
        if self._status.is_key_refused:
            return self._env._("User.com refused the API key. Enter another one.")
        if not self._status.is_key_verified:
            return self._env._("The API key is not verified yet.")
        return self._env._(
            "Connected to %(account)s. Attributes: %(count)s.",
            account=backend.subdomain,
            count=self._number(len(backend.attribute_ids)),
        )

    def _about_contacts(self) -> str:
        sent, left_out = Employees(self._backend).counts()
        return " ".join(
            [
                self._env._("Contacts: %s.", self._number(self._count_contacts())),
                *([self._env._("Employees left out: %s.", left_out)] if left_out else []),
                *([self._env._("Employees who are sent to User.com: %s.", sent)] if sent else []),
            ]
        )

    def _about_fields(self) -> str:
        paired = self._status.paired_fields.attribute_id
        usual = self._backend.attribute_ids.filtered(_is_usual)
        if not paired:
            return self._env._("No field is paired yet. Usual pairs: %s.", len(usual))
        text: str = self._env._(
            "Usual fields paired: %(paired)s of %(usual)s.",
            paired=len(paired & usual),
            usual=len(usual),
        )
        if others := len(paired - usual):
            text += " " + self._env._("Others: %s.", others)
        return text

    def _about_webhook(self) -> str:
        called_at = self._backend.webhook_last_call
        if called_at:
            return self._env._("Last call received %s.", self._ago(called_at))
        if not self._status.hears:
            return self._env._("Not needed: no field is read from User.com.")
        return self._env._("No call received yet.")

    def _about_sync(self) -> str:
        sync = self._status.last_sync
        if not sync:
            return _purposes(self._env)["sync"]
        if sync.state != "done":
            return self._env._("Begun. State: %s.", sync._state_label())
        mine = [("backend_id", "=", self._backend.id), ("state", "=", "synced")]
        linked = self._env["usercom.binding"].sudo().search_count(mine, limit=MOST_COUNTED + 1)
        return self._env._(
            "Done on %(date)s. Contacts linked: %(count)s.",
            date=format_date(self._env, sync.ended_at),
            count=self._number(linked),
        )

    def _about_run(self) -> str:
        match self._backend.state:
            case "running":
                return self._env._("Running: changes are sent in both directions.")
            case "paused":
                return self._env._("Paused.")
            case _:
                return self._env._("Nothing is sent or received yet.")

    def _number(self, count: int) -> str:
        shown = formatLang(self._env, min(count, MOST_COUNTED), digits=0)
        return f"{shown}+" if count > MOST_COUNTED else shown

    def _ago(self, moment: datetime) -> str:
        """Such as "2 minutes ago"."""
        age = max(fields.Datetime.now() - moment, timedelta(seconds=1))
        locale = babel_locale_parse(get_lang(self._env).code)
        return format_timedelta(-age, add_direction=True, locale=locale)


def step_titles(env: Any) -> dict[str, str]:
    """``{step: what it is called}``, in the order in which they are taken."""
    return {
        "connect": env._("Connect"),
        "contacts": env._("Contacts"),
        "fields": env._("Fields"),
        "webhook": env._("Webhook"),
        "sync": env._("Initial Sync"),
        "run": env._("Run"),
    }


def _purposes(env: Any) -> dict[str, str]:
    """What each step after the first is for, as long as there is nothing to count."""
    return {
        "contacts": env._("Choose which contacts are synced."),
        "fields": env._("Choose which values are synced."),
        "webhook": env._("Let User.com tell Odoo at once what changes there."),
        "sync": env._("See who is on both sides before anything is changed."),
        "run": env._("From then on changes are sent in both directions."),
    }


def _is_usual(attribute: Any) -> bool:
    return attribute.name_std in USUAL_ATTRIBUTES and not attribute.is_gone
