"""The contacts that are only in Odoo, as the users that a file would create."""

from typing import Any, NamedTuple

from ...usercom.push import Push
from ..comparison import Comparison
from ..contacts.identity import ContactIdentity, Linking
from ..contacts.texts import by_id
from ..database.transactions import attempted
from ..values.problems import EmailSyntax


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
        comparison = Comparison(backend._active_mappings(), lines.partner_id)
        emails = EmailSyntax(comparison.mappings)
        partners = backend._with_account_context(lines.partner_id)
        return [
            self._row(line, partner, comparison, emails)
            for line, partner in zip(lines, partners, strict=True)
        ]

    def _row(self, line: Any, partner: Any, comparison: Comparison, emails: EmailSyntax) -> CsvRow:
        values, problems = comparison.export(partner)
        if problem := emails.problem(partner, values):
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
