"""How contacts are sent in an initial sync: queued, or as rows of files."""

from typing import Any, NamedTuple

from odoo import fields

from ...usercom.push import Push
from ..comparison import Comparison
from ..contacts.identity import ContactIdentity, Linking
from ..contacts.texts import by_id
from ..database.transactions import attempted
from ..memberships import Memberships
from ..queue.claims import LOW
from ..stepwise import PUT_OFF, REFILL, HandOver
from ..values.exporter import email_problem

# ---- rows of files ----


class CsvRow(NamedTuple):
    """The line of a contact and its JSON values.

    ``values`` is None where no file will do: there is nothing to find the user by, one that exists
    is named already, or another app is in the way.
    """

    line: Any
    values: dict[str, Any] | None
    problems: list[str]


class CsvRows:
    """Makes rows of contacts, with the values that the sending of one contact has."""

    def __init__(self, sync: Any) -> None:
        self.env = sync.env
        self.backend = sync.backend_id
        self._identities = ContactIdentity(self.backend)

    def of(self, lines: Any) -> list[CsvRow]:
        """Return a ``CsvRow`` for each line; where one cannot be made, the others still are."""
        found, error = attempted(self.env, self._read, lines)
        if error is None:
            return found
        if len(lines) == 1:
            return [CsvRow(lines, None, [f"{by_id(lines.partner_id)}: {error}"])]
        return [user for line in lines for user in self.of(line)]

    def _read(self, lines: Any) -> list[CsvRow]:
        backend = self.backend
        comparison = Comparison(backend._active_mappings(), lines.partner_id, Memberships(backend))
        partners = backend._with_account_context(lines.partner_id)
        return [
            self._row(line, partner, comparison)
            for line, partner in zip(lines, partners, strict=True)
        ]

    def _row(self, line: Any, partner: Any, comparison: Comparison) -> CsvRow:
        values, problems = comparison.export(partner)
        if problem := email_problem(comparison.mappings, partner, values):
            return CsvRow(line, None, [problem, *problems])
        identity = self._identities.of(partner, None)
        custom_id = self._identities.new_custom_id(partner, None)
        push = Push(identity, comparison.rules, comparison.attributes, {}, values, custom_id)
        can_be_imported = not identity.user_id and (identity.email or identity.custom_id)
        return CsvRow(line, push.new_user() if can_be_imported else None, problems)

    def without_rivals(self, lines: Any) -> dict[int, dict[str, Any]]:
        """Return ``{line id: JSON values}`` of those ``lines`` that may go as a file."""
        rivals = self._rivals(lines)
        return {
            user.line.id: user.values
            for user in self.of(lines)
            if user.values and user.line not in rivals
        }

    def _rivals(self, lines: Any) -> Any:
        """Those ``lines`` whose e-mail address another contact has brought to User.com."""
        emails = lines.partner_id.mapped("email_normalized")
        linked, looked_for = Linking(self.backend).holders(emails)
        taken = linked.keys() | looked_for.keys()
        return lines.filtered(lambda line: line.partner_id.email_normalized in taken)


# ---- queued ----


class Sending(HandOver):
    """Hands the contacts of an initial sync to the outbox."""

    def _lines(self) -> Any:
        return self.env["usercom.sync.line"]

    def _queue_next(self) -> int:
        left = self.record._people_with(kind="new_there", result=False)
        some = self._lines().search(left, limit=REFILL)
        if sent := self.still_open(some):
            sent.result = "queued"
            self.env["usercom.outbox"]._enqueue(sent.partner_id.ids, self.backend, priority=LOW)
        return len(some)

    def take_over_results(self) -> None:
        if sent := self._lines()._settle_queued(self.record):
            self.record.calls_done += sent

    def still_open(self, lines: Any) -> Any:
        """Those ``lines`` whose contacts still take part, and are not on their way already."""
        partners = self.backend._taking_part(lines.partner_id)
        bindings = self.env["usercom.binding"]._of(self.backend, partners)
        waiting = self.env["usercom.outbox"]._waiting_contacts(self.backend, partners)
        for line in lines:
            binding = bindings.get(line.partner_id.id)
            if line.partner_id not in partners:
                line.result = "skipped"  # archived, for instance, since the preview
            elif line.partner_id in waiting:
                line.result = "queued"
            elif binding and binding.external_id:
                line.result = "done"
        return lines.filtered(lambda line: not line.result)

    def one_by_one(self, lines: Any) -> None:
        """Have these go through the outbox, and in no file."""
        lines.write({"result": False, "force_single": True})
        self.record.calls_total += 2 * len(lines)

    def _queued(self) -> list[Any]:
        found: list[Any] = self.record._people_with(result="queued")
        return found

    def _is_enough_queued(self) -> bool:
        lines = self._lines().search(self._queued(), limit=PUT_OFF)
        if not REFILL <= len(lines) < PUT_OFF:
            return len(lines) >= PUT_OFF
        put_off = [
            ("backend_id", "=", self.backend.id),
            ("partner_id", "in", lines.partner_id.ids),
            ("state", "=", "pending"),
            ("next_attempt_at", ">", fields.Datetime.now()),
        ]
        return len(lines) - self.env["usercom.outbox"].search_count(put_off) >= REFILL
