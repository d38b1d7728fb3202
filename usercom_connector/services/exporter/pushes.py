"""What a contact has for User.com, as a job that needs no database any more."""

from typing import Any

from ...usercom.merge import Base, remote_base_value
from ...usercom.push import Push
from ...usercom.verify_write import Orphans
from ..comparison import Comparison
from ..contacts.identity import ContactIdentity
from ..queue.claims import Task
from ..values.problems import EmailSyntax

Values = dict[str, Any]


class Pushes:
    """Makes the pushes of many contacts; what that takes is looked up once for ``partners``."""

    def __init__(self, backend: Any, partners: Any) -> None:
        self._backend = backend
        mappings = backend._active_mappings()
        self._comparison = Comparison(mappings, partners)
        self._emails = EmailSyntax(mappings)
        self._identity = ContactIdentity(backend)

    def tasks(self, rows: Any, bindings: dict[int, Any]) -> list[Task]:
        """One task for each of the outbox's ``rows``; ``bindings`` is {contact id: link}."""
        return [self._task(row, bindings.get(row.partner_id.id)) for row in rows]

    def _task(self, row: Any, binding: Any) -> Task:
        """``binding`` is the link of the row's contact, None where it has none."""
        partner = self._backend._with_account_context(row.partner_id)
        identity = self._identity.to_send(partner, binding)
        base = binding._agreed_with(identity.user_id) if binding else Base()
        values, problems = self._values(partner, base)
        job = Push(
            identity,
            self._comparison.rules,
            self._comparison.attributes,
            base,
            values,
            self._identity.new_custom_id(partner, binding),
            binding._unconfirmed_by(identity.user_id) if binding else {},
            binding._orphans() if binding else Orphans(),
            reads_first=row.is_by_hand,
        )
        return Task(row, job, problems)

    def _values(self, partner: Any, base: Base) -> tuple[Values, list[str]]:
        """``({key: canonical value}, problems)``.

        A phone number that User.com or the base spells otherwise keeps that spelling, so that it
        does not count as a change: "600 100 200" for "+48600100200". What is no e-mail address is
        left out, since User.com would refuse all else with it.
        """
        values, problems = self._comparison.export(partner)
        if problem := self._emails.problem(partner, values):
            values.pop("email")
            problems.insert(0, problem)
        there = {key: remote_base_value(base, key) for key in values}
        values |= self._comparison.phones.spelled_as(partner, values, there)
        values |= self._comparison.phones.spelled_as(partner, values, base)
        return values, problems
