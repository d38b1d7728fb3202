"""The CSV import of users and of deals."""

import asyncio
import csv
import io
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import times
from .attributes import Attribute
from .errors import ApiError, InvalidError, not_found
from .store import User
from .values import MISSING, BadValueError, read_json
from .write import Changes, Reader

if TYPE_CHECKING:
    from .account import Account

ROWS_BETWEEN_PAUSES = 500

TakeRow = Callable[[dict[str, str]], None]
TRUE = ("1", "true", "True")
SEPARATORS = {"comma": ",", "tab": "\t", "semicolon": ";"}


@dataclass
class Report:
    """The state of one import; moments in microseconds."""

    id: str
    total_count: int
    started_at: int
    succeeded: int = 0
    finished_at: int | None = None
    rows_with_errors: list[dict[str, Any]] = field(default_factory=list)

    def view(self) -> dict[str, Any]:
        """Render the documented answer of the status, which an older import gave at once."""
        data = {
            "id": self.id,
            "status": "finished" if self.finished_at else "processing",
            "total_count": self.total_count,
            "succeeded": self.succeeded,
            "failed": len(self.rows_with_errors),
            "started_at": times.iso(self.started_at),
            "finished_at": times.iso(self.finished_at),
            "author": 1,
            "rows_with_errors": self.rows_with_errors,
        }
        return {"success": True, "data": data}


@dataclass(frozen=True)
class File:
    """A CSV file; `fields` maps those of its headers that are no names of fields to such names."""

    content: bytes
    separator: str = "comma"
    fields: dict[str, str] = field(default_factory=dict)

    def rows(self) -> list[dict[str, str]]:
        """Return `{field: cell}` of each row; raise a 400."""
        delimiter = SEPARATORS.get(self.separator)
        if delimiter is None:
            raise InvalidError({"separator": "Not a valid choice."})
        try:
            text = io.StringIO(self.content.decode("utf-8-sig"))
            rows = list(csv.DictReader(text, strict=True, delimiter=delimiter))
        except (UnicodeDecodeError, csv.Error):
            raise ApiError(400, "The file is no CSV in UTF-8.") from None
        return [{self.fields.get(name, name): row[name] for name in row} for row in rows]


class CellReader(Reader):
    """Reads a row of texts: what has a meaning in the attribute's type is converted."""

    def _converted(self, key: str, value: Any, attribute: Attribute) -> Any:
        if value and attribute.value_type in CELLS:
            with suppress(ValueError):
                value = CELLS[attribute.value_type](value)
        return super()._converted(key, value, attribute)

    def _settled(self, key: str, bad: BadValueError) -> Any:
        if bad.kind == "type" and bad.fallback is not MISSING:
            return bad.fallback
        return super()._settled(key, bad)


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


CELLS: dict[str, Callable[[str], Any]] = {"enum": int, "fixed": _names, "json": read_json}


class Imports:
    """Runs imports and keeps their reports."""

    def __init__(self, account: "Account") -> None:
        self._account = account
        self._reports: dict[str, Report] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def get(self, import_id: str) -> Report:
        if import_id not in self._reports:
            raise not_found()
        return self._reports[import_id]

    def all(self) -> list[dict[str, Any]]:
        """Return what is told of each import, newest first."""
        return [report.view()["data"] for report in reversed(self._reports.values())]

    async def start(self, file: File, take_row: TakeRow) -> Report:
        """Import at once, or in the background when a switch says so; raise a 400."""
        rows = file.rows()
        limit = self._account.settings.import_limit
        if limit and len(rows) > limit:
            raise ApiError(400, f"No more than {limit} rows can be imported at once.")
        report = Report(str(uuid.uuid4()), len(rows), times.now())
        self._reports[report.id] = report
        task = asyncio.create_task(self._run(report, rows, take_row))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if not (self._account.settings.import_seconds or self._appears_later):
            await task
        return report

    async def _run(self, report: Report, rows: list[dict[str, str]], take_row: TakeRow) -> None:
        await asyncio.sleep(self._account.settings.import_seconds)
        if self._appears_later:  # the end is told before its users are there
            report.succeeded, report.finished_at = report.total_count, times.now()
            await asyncio.sleep(self._account.settings.import_appears_after)
            report.succeeded = 0
        for number, row in enumerate(rows, 1):
            try:
                take_row(row)
                report.succeeded += 1
            except ApiError as error:
                report.rows_with_errors.append({"row": number, "errors": error.body("fields")})
            if number % ROWS_BETWEEN_PAUSES == 0:
                await asyncio.sleep(0)
        report.finished_at = report.finished_at or times.now()

    @property
    def _appears_later(self) -> bool:
        return self._account.settings.import_appears_after > 0

    def user_row(self, row: dict[str, str], options: dict[str, str], version: str) -> None:
        """Create or update the user of a row."""
        account = self._account
        changes = CellReader(account.attributes, account.settings).read(row, version)
        changes.tags = _names(options.get("tags"))
        fires = options.get("trigger_automations") in TRUE
        user = self._known(changes)
        if user:
            account.users.update(user, changes, fires)
        else:
            user = account.users.create(changes, fires)
        for name in _names(options.get("lists")):
            account.store.label(user, "lists", account.lists.named(name).id)

    def _known(self, changes: Changes) -> User | None:
        keys = ["custom_id"] + ["email"] * self._account.settings.import_matches_email
        for key in keys:
            value = changes.values.get(key)
            found = self._account.store.find(key, value) if value else []
            if found:
                return found[0]
        return None
