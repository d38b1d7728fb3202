from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from odoo import fields
from odoo.tools import formatLang

from ...usercom import Rule
from ...usercom.company_sync import CompanyPush, CompanyRemoval
from ...usercom.jobs import Remove
from ...usercom.push import Push
from ..account.account_status import AccountStatus
from ..companies.participation import LINKS

OF_COMPANIES = "companies_"  # what the kinds of effects on companies begin with
COUNTED = timedelta(hours=24)
LEAST = 100  # people; whatever the share, fewer are never asked about


class BrakeError(Exception):
    """An effect of this ``kind`` would reach more people than it may without a confirmation."""

    def __init__(self, kind: str, people: int) -> None:
        super().__init__(f"{kind}: {people}")
        self.kind = kind
        self.people = people


class Brake:
    """Stops an account before it unsubscribes, deletes or creates unusually many people.

    The exporter asks before it calls and the importer before it writes, so people are counted
    before anything happens to them: if 20 contacts are archived by mistake, all are sent; if 2,000
    are, at most the first hundred. People are counted over 24 hours, since a run is short and a
    fault would be spread over many runs. Changed values are not counted, nor is an initial sync,
    which was confirmed by its preview.
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.env = backend.env

    # ---- counting ----

    def count(self, effects: Mapping[str, int]) -> None:
        """Count ``effects``, {kind: people}; raises BrakeError where they would be too many.

        In the transaction of what is written next: what is rolled back has not been counted.
        """
        effects = {kind: people for kind, people in effects.items() if people}
        if not effects or not self.backend.brake_share > 0:
            return
        totals = self.env["usercom.brake"]._of(self.backend)._add(effects)
        for kind, people in totals.items():
            if people > LEAST and self._is_large_share(kind, people):
                raise BrakeError(kind, people)

    def _is_large_share(self, kind: str, people: int) -> bool:
        """Whether they are more than the share; no more links are counted than needed for that."""
        enough = int(people * 100 / self.backend.brake_share)
        return self._contacts(kind, people, enough) * self.backend.brake_share < people * 100

    def _contacts(self, kind: str, people: int, limit: int | None = None) -> int:
        """How many the share is taken of; who is deleted already has no link any more."""
        is_gone = kind.removeprefix(OF_COMPANIES) == "deleted_there"
        return self._links(kind, limit) + (people if is_gone else 0)

    def _links(self, kind: str, limit: int | None) -> int:
        linked = [("backend_id", "=", self.backend.id), ("external_id", ">", 0)]
        model = LINKS["companies" if kind.startswith(OF_COMPANIES) else "users"]
        return self.env[model].sudo().search_count(linked, limit=limit)

    # ---- the exporter ----

    def count_tasks(self, tasks: list[Any]) -> None:
        """As ``count``, of what the tasks of one claim are about to do at User.com."""
        if self.backend.brake_share > 0:
            self.count(self._effects(tasks))

    def take_back(self, tasks: list[Any]) -> None:
        """Take the count of these tasks back: nothing was done, and they may be tried again."""
        effects = self._effects(tasks)
        if effects and self.backend.brake_share > 0:
            self.env["usercom.brake"]._of(self.backend)._subtract(effects)

    def _effects(self, tasks: list[Any]) -> Counter[str]:
        """``{kind: people}`` of these tasks, but for those of a running initial sync."""
        found = [(task.rows[:1], kind) for task in tasks if (kind := _kind(task.job))]
        rows = self.env["usercom.outbox"].browse(row.id for row, _kind in found)
        asked = self._asked_by_sync(rows.partner_id) if found else ()
        return Counter(kind for row, kind in found if row.partner_id not in asked)

    def _asked_by_sync(self, partners: Any) -> Any:
        """Those of ``partners`` whom a running initial sync has queued, or whose people it met.

        Companies follow their people, and may still be on their way when the sync has ended.
        """
        sync, asked = self.env["usercom.sync"]._under_way(self.backend), partners.browse()
        lines = self.env["usercom.sync.line"]
        if sync:
            queued = [("sync_id", "=", sync.id), ("result", "=", "queued")]
            asked += lines.search([*queued, ("partner_id", "in", partners.ids)]).partner_id
        if companies := partners.filtered("is_company"):
            met = [("sync_id", "in", (sync or self._last_sync()).ids), ("result", "!=", "skipped")]
            whose = ("partner_id.commercial_partner_id", "in", companies.ids)
            asked += lines.search([*met, whose]).partner_id.commercial_partner_id
        return asked

    def _last_sync(self) -> Any:
        """The initial sync that has ended within the time for which people are counted."""
        since = fields.Datetime.now() - COUNTED
        ended = [("state", "=", "done"), ("ended_at", ">=", since)]
        return self.env["usercom.sync"].search([("backend_id", "=", self.backend.id), *ended])

    def opened(self) -> Any:
        """The brake where it lets something through, else none."""
        brakes = self.env["usercom.brake"].search([("backend_id", "=", self.backend.id)])
        return brakes.filtered("opened")

    # ---- stopping ----

    def stop(self, error: BrakeError) -> None:
        """Pause the account and ask."""
        reason = self._reason(error)
        self.env["usercom.brake"]._of(self.backend).write(
            {"asked_kind": error.kind, "asked_reason": reason}
        )
        self.backend._pause(reason)

    def _reason(self, error: BrakeError) -> str:
        if error.kind.startswith(OF_COMPANIES):
            return self._reason_of_companies(error)
        text: str = self.env._(
            "Within 24 hours, this would %(what)s. That is more than %(share)s %% of the linked "
            "contacts (%(links)s), so nothing more is done. Waiting entries: %(waiting)s. If it is "
            "meant, choose Let It Through. If not, first undo what caused it, then Run.",
            what=self._what(error),
            share=formatLang(self.env, self.backend.brake_share, digits=0),
            links=formatLang(self.env, self._contacts(error.kind, error.people), digits=0),
            waiting=formatLang(
                self.env, sum(AccountStatus(self.backend).waiting.values()), digits=0
            ),
        )
        return text

    def _reason_of_companies(self, error: BrakeError) -> str:
        text: str = self.env._(
            "Within 24 hours, this would %(what)s. That is more than %(share)s %% of the linked "
            "companies (%(links)s), so nothing more is done. If it is meant, choose Let It "
            "Through. If not, first undo what caused it, then Run.",
            what=self._what(error),
            share=formatLang(self.env, self.backend.brake_share, digits=0),
            links=formatLang(self.env, self._contacts(error.kind, error.people), digits=0),
        )
        return text

    def _what(self, error: BrakeError) -> str:
        people = formatLang(self.env, error.people, digits=0)
        texts: dict[str, str] = {
            "created_here": self.env._("create %s contacts in Odoo", people),
            "emptied_here": self.env._("empty values of %s contacts in Odoo", people),
            "unsubscribed_here": self.env._("withdraw consents of %s contacts in Odoo", people),
            "created_there": self.env._("create %s users in User.com", people),
            "emptied_there": self.env._("empty values of %s users in User.com", people),
            "deleted_there": self.env._("delete %s users in User.com", people),
            "unsubscribed_there": self.env._("unsubscribe %s users in User.com", people),
            "companies_created_there": self.env._("create %s companies in User.com", people),
            "companies_emptied_there": self.env._(
                "empty values of %s companies in User.com", people
            ),
            "companies_deleted_there": self.env._("delete %s companies in User.com", people),
            "companies_emptied_here": self.env._("empty values of %s companies in Odoo", people),
        }
        return texts[error.kind]


# ---- what a lot would do ----


def import_effects(plans: Collection[Any], rules: Iterable[Rule]) -> dict[str, int]:
    """``{kind: people}`` of merge plans, before anything is written."""
    consents = {rule.key: rule.withdrawn for rule in rules if rule.consent}
    return {
        "emptied_here": sum(
            any(plan.written[key] is None for key in plan.written.keys() - consents.keys())
            for plan in plans
        ),
        "unsubscribed_here": sum(
            any(plan.written[key] == consents[key] for key in plan.written.keys() & consents.keys())
            for plan in plans
        ),
    }


def _kind(job: Any) -> str | None:
    """What is counted of a job. A mass update (`MassPush`) neither creates nor empties."""
    match job:
        case Push() if not job.identity.user_id:
            return "created_there"
        case Push() if None in job.sends().values():
            return "emptied_there"
        case CompanyPush():
            kind = _kind(job.push)
            return kind and OF_COMPANIES + kind
        case CompanyRemoval():
            return OF_COMPANIES + "deleted_there"
        case Remove():
            return "deleted_there" if job.delete else "unsubscribed_there"
    return None
