"""What people see of an initial sync: numbers, how long it takes, a spreadsheet."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import IO, Any

from odoo import fields

from ...usercom.spreadsheet import write_table
from ..pace import cost
from .csv_import import calls_for_files
from .effect_texts import EffectTexts
from .effects import Effects, Numbers

ROWS = 2000  # read at once
SHOWN_RESULTS = ("done", "failed", "skipped")
COLUMNS = (
    "kind",
    "matched_by",
    "result",
    "partner_id",
    "email",
    "external_id",
    "label",
    "new_company_id",
    "joined_company_id",
    "details",
    "problems",
)


class SyncReport:
    """Counts the people of an initial sync, and lists them."""

    def __init__(self, sync: Any) -> None:
        self.sync = sync
        self.env = sync.env
        self._lines = sync.env["usercom.sync.line"]

    # ---- numbers ----

    @cached_property
    def _numbers(self) -> Numbers:
        return Numbers(self.sync)

    def counts(self) -> dict[str, Any]:
        """The values of the record's fields that count people."""
        people = self._numbers.people
        return {
            **{f"{kind}_count": people(kind=(kind,)) for kind in self._words("kind")},
            **{f"{result}_count": people(result=(result,)) for result in SHOWN_RESULTS},
            "people_count": people(),
            "problem_count": self._count(("problems", "!=", False)),
            "single_count": people(force_single=(True,)),
            "is_forgotten": not people() and bool(self.sync.started_at) and self._is_over(),
        }

    def effects(self) -> list[dict[str, Any]]:
        """What it will do, or has done, in words."""
        return EffectTexts(Effects(self.sync, self._numbers)).sentences()

    def conflict_count(self) -> int:
        return self._count("|", ("conflicts", "!=", False), ("overwrites", ">", 0))

    def _count(self, *domain: Any) -> int:
        count: int = self._lines.search_count([*self.sync._people_with(), *domain])
        return count

    def _words(self, name: str) -> dict[str, str]:
        return dict(self._lines._fields[name]._description_selection(self.env))

    def _is_over(self) -> bool:
        """Whether it ended longer ago than the account keeps its log."""
        kept = timedelta(days=self.sync.backend_id.log_days)
        ended_at = self.sync.ended_at
        return bool(ended_at and ended_at < fields.Datetime.now() - kept)

    # ---- what it will take ----

    def expected_calls(self, use_csv: bool) -> int:
        """How many calls a run will make, at most: a search and a write for each new user."""
        calls: int = max(self.sync.page_count, 1)
        if self.sync.direction == "import":
            return calls
        calls += self._numbers.people(sends=(True,), kind=("linked", "matched"))
        new = self._numbers.people(kind=("new_there",))
        return calls + (calls_for_files(self.sync, new) if use_csv else 2 * new)

    def cost(self, use_csv: bool) -> str:
        return cost(self.sync, self.expected_calls(use_csv))

    # ---- spreadsheet ----

    def as_spreadsheet(self) -> IO[bytes]:
        """Return an open .xlsx file with a row for each person; in constant memory."""
        file = tempfile.TemporaryFile()  # noqa: SIM115  # the server closes it
        titles = [self._lines._fields[name]._description_string(self.env) for name in COLUMNS]
        write_table(file, titles, self._rows(), self.env._("People"))
        file.seek(0)
        return file

    def _rows(self) -> Iterator[list[Any]]:
        """Yield the rows, of texts and numbers; what begins like a formula stays text."""
        words = {name: self._words(name) for name in ("kind", "matched_by", "result")}
        last = 0
        while lines := self._lines.search(
            [*self.sync._people_with(), ("id", ">", last)], limit=ROWS
        ):
            last = lines[-1].id
            for line in lines:
                yield [_cell(line, name, words.get(name)) for name in COLUMNS]
            self.env.invalidate_all()


def _cell(line: Any, name: str, words: dict[str, str] | None) -> Any:
    if words:
        return words.get(line[name], "")
    value = line[name]
    return (value.display_name if name.endswith("_id") and name != "external_id" else value) or ""
