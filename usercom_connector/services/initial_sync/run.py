"""The run: users page by page, then the contacts that are only in Odoo."""

from dataclasses import replace
from typing import Any

from odoo.tools import SQL

from ...usercom import User
from ...usercom.jobs import PagePrefetcher
from ...usercom.merge import Rule
from ..contacts.value_changes import ValueChanges
from ..database.transactions import committed
from ..importer import ImportChoices, Importer, ImportResult, Results
from ..mapping.gone_labels import GoneLabels
from ..memberships import Memberships
from ..own_context import Origin
from .companies import PreviewedCompanies
from .csv_import import CsvImport
from .pages import Contacts, PageReader, label, recognizable
from .sending import Sending

# ---- by what choices ----


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
    mappings, memberships = sync.backend_id._active_mappings(), Memberships(sync.backend_id)
    pairs, rules = [*mappings, *memberships.pairs], [*mappings._rules(), *memberships.rules]
    return [
        replace(
            rule,
            policy=policies.get(pair, rule.policy),
            direction=rule.direction if rule.consent else _narrowed(rule.direction, sync.direction),
        )
        for pair, rule in zip(pairs, rules, strict=True)
        if rule.consent or _narrowed(rule.direction, sync.direction)
    ]


def _narrowed(direction: str, chosen: str) -> str | None:
    """The way that values of a mapping go in a sync of the ``chosen`` direction; None if none.

    ``_narrowed("both", "import")`` is "import", ``_narrowed("export", "import")`` is None.
    """
    if "both" in (direction, chosen):
        return chosen if direction == "both" else direction
    return direction if direction == chosen else None


# ---- the run ----


class Run:
    """Brings contacts and users together, as the preview has told."""

    def __init__(self, sync: Any, pages: PagePrefetcher) -> None:
        self.sync = sync
        self.env = sync.env
        self.backend = sync.backend_id
        self._pages = pages
        self._sending = Sending(sync)

    def take_step(self) -> int:
        """Do the next piece; returns how many people that was, 0 to leave it for this run."""
        csv_import = CsvImport(self.sync, self._pages.client)
        steps = {
            "pages": self._take_page,
            "import": csv_import.send_files,
            "verify": self._verify,
            "send": self._send,
        }
        return steps[self.sync.step]()

    # ---- users ----

    def _take_page(self) -> int:
        reader = PageReader(self.sync, self._pages, self._import_users, self.after_pages)
        return reader.take_page()

    def _import_users(self, users: list[User]) -> None:
        users = recognizable(users)
        GoneLabels(self.backend, self._pages.client).look_for_those_lost(users)
        importer = Importer(self.backend, import_choices(self.sync), consent_origin(self.sync))
        imported = importer.import_page(users)
        if self.backend.history_days:
            self._note_created(imported)
        met = self.env["res.partner"].union(*(case.partner for case in imported.values()))
        to_send = self.env["usercom.outbox"]._waiting_contacts(self.backend, met)
        results = {
            user.id: _line(user, imported[user.id], to_send)
            for user in users
            if user.id in imported
        }
        self.env["usercom.sync.line"]._record(self.sync, results)
        importer.count_news(imported.values())

    def _note_created(self, imported: Results) -> None:
        """Note the values of those who were made of a file of ours, and are met now."""
        written = {case.partner.id: case.written for case in imported.values()}
        sent = self.sync._people_with(result="importing")
        lines = self.env["usercom.sync.line"].search([*sent, ("partner_id", "in", [*written])])
        ValueChanges(self.backend).note_created(lines.partner_id, written)

    def after_pages(self) -> None:
        """Say what is left alone, and go on to the contacts that are only in Odoo."""
        sync, kinds = self.sync, []
        PreviewedCompanies(sync).bring_values()
        if sync.direction != "import":
            self._send_matched()
            came_later = Contacts(sync).add_unmet(only_new=True)  # after the preview
            sync.calls_total += 2 * came_later
            kinds.append("new_there")
        self._skip_all_but(kinds)
        by_csv = sync.use_csv and kinds
        sync.write({"step": "import" if by_csv else "send", "next_page": False})

    def _send_matched(self) -> None:
        """Send contacts whose user was not met again one by one: found, or created if deleted."""
        lost = self.env["usercom.sync.line"].search(
            self.sync._people_with(kind="matched", result=False)
        )
        lost.write({"kind": "new_there", "matched_by": False, "external_id": False})
        self._sending.one_by_one(lost)

    def _skip_all_but(self, kinds: list[str]) -> None:
        """Mark the people of all other kinds than these as left alone."""
        lines = self.env["usercom.sync.line"]
        lines.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE usercom_sync_line
                      SET result = 'skipped', overwritten = NULL, overwrites = NULL
                    WHERE sync_id = %s AND result IS NULL AND NOT kind = ANY(%s)""",
                self.sync.id,
                kinds,
            )
        )
        lines.invalidate_model()

    # ---- contacts ----

    def _verify(self) -> int:
        """Read back who has come of the files."""
        csv_import = CsvImport(self.sync, self._pages.client)
        if self.sync.import_ids:
            return csv_import.progress.ask(self._pages.client)
        reader = PageReader(
            self.sync,
            self._pages,
            self._import_verified,
            csv_import.after_reading_back,
            since=self.sync.import_began_at,
        )
        return reader.take_page()

    def _import_verified(self, users: list[User]) -> None:
        self._import_users(users)
        CsvImport(self.sync, self._pages.client).send_ambiguous(users)

    def _send(self) -> int:
        return committed(self.env, self._sending.queue_or_finish)


def _line(user: User, imported: ImportResult, to_send: Any) -> dict[str, Any]:
    """The values of the line of a user that was imported."""
    done = "done" if imported.partner or imported.stale else "skipped"
    done = "queued" if imported.partner in to_send else done
    return {
        "kind": _kind(imported),
        "label": label(user),
        "partner_id": imported.partner.id,
        "result": "failed" if imported.problems else done,
        "problems": "\n".join(imported.problems) or imported.left_out or False,
        "overwritten": imported.overwritten or False,
        "overwrites": len(imported.overwritten),
        "sends": imported.sends,
        "receives": imported.receives,
    }


def _kind(imported: ImportResult) -> str:
    """What somebody is who was not in the preview."""
    if imported.partner and not imported.is_new:
        return "matched"
    return "left_out" if imported.left_out and not imported.partner else "new_here"
