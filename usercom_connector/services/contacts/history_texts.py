"""What the entries of a contact's history say, in the reader's words."""

from typing import Any


class HistoryTexts:
    """Texts for the records that a history is made of, a kind of them at a time."""

    def __init__(self, env: Any) -> None:
        self._env = env
        self._told = {
            "outbox": self._of_outbox,
            "event": self._of_event,
            "inbox": self._of_inbox,
            "sync": self._of_sync,
            "conflict": self._of_conflict,
            "consent": self._of_consent,
            "value": self._of_value,
        }

    def of(self, kind: str, records: Any) -> dict[int, str]:
        """Return {record id: text} of those ``records`` that are still there."""
        told = self._told[kind]
        return {record.id: told(record) for record in records.exists()}

    def _of_outbox(self, row: Any) -> str:
        operation = self._label(row, "operation")
        if row.resource == "companies":
            operation = self._env._("%s, as a company", operation)
        is_told = row.state == "done" and row.outcome
        return f"{operation}: {self._label(row, 'outcome')}" if is_told else operation

    def _of_event(self, event: Any) -> str:
        text = f"{self._label(event, 'kind')}: {event.name}"
        is_told = event.state == "done" and event.outcome not in (False, "sent")
        return f"{text} ({self._label(event, 'outcome')})" if is_told else text

    def _of_inbox(self, row: Any) -> str:
        return str(row.display_name)

    def _of_sync(self, line: Any) -> str:
        return self._label(line, "kind")

    def _of_conflict(self, conflict: Any) -> str:
        return str(
            self._env._(
                "%(field)s: %(odoo)s in Odoo, %(usercom)s in User.com. Kept: %(winner)s",
                field=conflict.mapping_id.sudo().field_id.field_description,
                odoo=conflict.odoo_text or "-",
                usercom=conflict.usercom_text or "-",
                winner=self._label(conflict, "winner"),
            )
        )

    def _of_consent(self, answer: Any) -> str:
        mappings = answer.backend_id.sudo().mapping_ids
        pair = mappings.filtered(lambda mapping: mapping._key() == answer.consent)[:1]
        field = pair.field_id.field_description or answer.consent
        said, origin = self._label(answer, "new_value"), self._label(answer, "origin")
        return f"{field}: {said} ({origin})"

    def _of_value(self, change: Any) -> str:
        old, new = change.old_text or "-", change.new_text or "-"
        return f"{change.display_name}: {old} → {new} ({change.author})"

    def _label(self, record: Any, name: str) -> str:
        labels = dict(record._fields[name]._description_selection(self._env))
        return str(labels.get(record[name], record[name] or ""))
