"""CSV files are imported: the calls, and what their answers tell of an import."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from .errors import RejectedError, ServerError
from .records import ImportReport
from .responses import check_success

if TYPE_CHECKING:
    from .transport import Transport


class ImportCalls:
    """The calls of `Client.imports`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def users(self, csv: bytes | IO[bytes], *, trigger_automations: bool = False) -> ImportReport:
        """Create and update users from a CSV file whose first line has `name_std`s.

        Whether automations are triggered is sent in the form and in the query: the documentation
        has both.
        """
        return self._import("users", csv, trigger_automations)

    def deals(self, csv: bytes) -> ImportReport:
        """Create and update deals by their custom ids, from a CSV file with fields of a deal.

        No automation is triggered. Repeating it changes nothing more.
        """
        return self._import("deals", csv, trigger_automations=False)

    def _import(self, kind: str, csv: bytes | IO[bytes], trigger_automations: bool) -> ImportReport:
        options = {"trigger_automations": "1" if trigger_automations else "0"}
        files = {"input_file": (f"{kind}.csv", csv, "text/csv")}
        answer = self._transport.upload(f"/{kind}/import/", files, options, params=options)
        check_success(answer)
        return _report(answer)

    def status(self, import_id: str) -> ImportReport | None:
        """Return how far an import is, None where User.com does not tell."""
        try:
            answer = self._transport.get("/import/status/", {"import_id": import_id})
            return _report_of(import_id, answer)
        except (RejectedError, ServerError) as error:
            if error.status >= 500:
                raise
            return None


def _report(answer: Any) -> ImportReport:
    """Return the report of an import, not `finished` where the response has only its id."""
    try:
        data = answer["data"]
        if "import_id" in data and "total_count" not in data:
            return ImportReport(str(data["import_id"]), 0, 0, 0, finished=False)
        is_finished = data.get("finished_at", data.get("status") in (None, "finished"))
        return ImportReport(
            id=str(data.get("import_id") or data["id"]),
            total=int(data["total_count"] or 0),
            succeeded=int(data["succeeded"] or 0),
            failed=int(data["failed"] or 0),
            errors=tuple(data.get("rows_with_errors") or ()),
            finished=bool(is_finished),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ServerError(200, "answered without the import's report") from None


def _report_of(import_id: str, answer: Any) -> ImportReport:
    """Return the report of this import, from a response with one report or a list of them."""
    data = answer.get("data") if isinstance(answer, dict) else None
    reports = data if isinstance(data, list) else [data]
    for each in reports:
        if isinstance(each, dict) and str(each.get("id", each.get("import_id"))) == import_id:
            return _report({"data": each})
    raise ServerError(200, "answered without the import's report")
