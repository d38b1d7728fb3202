"""Which of the claimed rows may go to User.com now; the others fail, wait or are done."""

from typing import Any

from ..contacts.identity import ContactIdentity, Linking
from ..contacts.texts import by_id
from ..contacts.unconfirmed import UnconfirmedValues
from ..failures.problem import Problem, joined
from ..initial_sync.csv_import import being_imported
from ..queue.claims import Task

IMPORT_SECONDS = 15  # until a contact that a CSV import may be creating is looked at again


class Admission:
    """Keeps back contacts that cannot be sent now, because another contact may have their user.

    Two contacts with the address jan@example.org would be found as one user. The first that is
    linked keeps it; the row of the other fails with a text that names the first.

    ``bindings``: {contact id: link}.
    """

    def __init__(self, backend: Any, bindings: dict[int, Any]) -> None:
        self._backend = backend
        self._bindings = bindings
        self._identity = ContactIdentity(backend)

    def admitted(self, rows: Any) -> Any:
        """The ``rows`` that may go on."""
        rows = self._without_erased(rows)
        new = rows.filtered(
            lambda row: not self._identity.is_linked(row.partner_id, self._link(row))
        )
        free = self._without_taken_keys(rows - new)
        free += self._without_taken_emails(self._without_imported(new))
        return UnconfirmedValues(self._backend).without_open_creations(free, self._bindings)

    def _link(self, row: Any) -> Any:
        return self._bindings.get(row.partner_id.id)

    def _without_erased(self, rows: Any) -> Any:
        """Leave out contacts that were anonymized."""
        erased = rows.filtered(lambda row: (link := self._link(row)) and link.state == "erased")
        erased._finish(outcome="left_out")
        return rows - erased

    def _without_imported(self, rows: Any) -> Any:
        """Put off contacts that a CSV import of an initial sync may be about to create."""
        if not rows:
            return rows
        importing = being_imported(self._backend, rows.partner_id)
        emails = set(importing.mapped("email_normalized")) - {False}
        held = rows.filtered(
            lambda row: row.partner_id in importing or row.partner_id.email_normalized in emails
        )
        if held:
            held._postpone(IMPORT_SECONDS)
        return rows - held

    def _without_taken_emails(self, rows: Any) -> Any:
        """Put off all but one of the contacts without a user that share an e-mail address."""
        emails = rows.partner_id.mapped("email_normalized")
        linked, looked_for = Linking(self._backend).holders(emails)
        free = rows.browse()
        for row in rows:
            email = row.partner_id.email_normalized
            if email in linked:
                fail_as_duplicate(row, linked[email])
            elif email and looked_for.setdefault(email, row.partner_id) != row.partner_id:
                row._postpone(1)
            else:
                free += row
        return free

    def _without_taken_keys(self, rows: Any) -> Any:
        """Fail rows whose key field was given the id of another contact's user by hand."""
        keys = {}
        for row in rows:
            link, key = self._link(row), self._identity.known_id(row.partner_id)
            if key and not (link and link.external_id == key):
                keys[row] = key
        owners = self._backend.env["usercom.binding"]._owners(self._backend, keys.values())
        taken = rows.filtered(
            lambda row: owners.get(keys.get(row), row.partner_id) != row.partner_id
        )
        for row in taken:
            fail_as_duplicate(row, owners[keys[row]])
        return rows - taken


def without_unaddressed(tasks: list[Task]) -> list[Task]:
    """Fail the tasks that would create a user without the e-mail address that the contact has.

    What has been typed as one is no address, so nobody would find the user by it again.
    """
    unaddressed = [task for task in tasks if task.is_unaddressed()]
    for task in unaddressed:
        task.rows._fail(joined(task.problems))
    return [task for task in tasks if not task.is_unaddressed()]


def fail_as_duplicate(row: Any, other: Any) -> None:
    """Fail a row whose contact would be the user of the contact ``other``."""
    text = row.env._(
        "%(contact)s is the same User.com user as %(other)s. Merge the two contacts, or "
        "give one of them another e-mail address.",
        contact=by_id(row.partner_id),
        other=by_id(other),
    )
    row._fail(Problem(text, "same_user"), is_ambiguous=True)
