"""Why a contact is, or is not, as its user at User.com: nothing is changed by looking."""

from collections.abc import Iterable
from typing import Any

from ...usercom import User
from ...usercom.jobs import Fetch
from ..account.connection import Connection
from ..contacts.identity import ContactIdentity
from .company import CompanyExplanation
from .participation import Participation, Rule
from .values import ValueExplanation, ValueExplanations

QUEUES = ("outbox", "inbox", "event")
MOST_ENTRIES = 20


class Explanation:
    """Explains one contact to one account, by the code that a drain uses.

    `read_user` asks User.com; before that only Odoo's side is known.
    """

    def __init__(self, backend: Any, partner: Any) -> None:
        self._env = partner.env
        self._backend = backend.sudo()
        self._partner = self._backend._with_account_context(partner).with_env(partner.env(su=True))
        links = self._env["usercom.binding"].sudo()._of(self._backend, partner)
        self._binding = links.get(partner.id)
        self._user: User | None = None
        self.company = CompanyExplanation(self._backend, self._partner)
        self.is_read = False

    def read_user(self) -> None:
        """Read the user, found as a drain would find it. Raises UserError where that fails.

        Of a contact that is a company in User.com this company is read, too.
        """
        identity = ContactIdentity(self._backend).of(self._partner, self._binding)
        self._user = Connection(self._backend).ask(Fetch(identity).run)
        if self.company.is_explained:
            self.company.look_up()
        self.is_read = True

    def rules(self) -> list[Rule]:
        """Return the rules by which contacts are synchronized, each met or not."""
        return Participation(self._backend, self._partner).rules()

    def values(self) -> Iterable[ValueExplanation]:
        """Return what would happen to each pair of values."""
        explained = ValueExplanations(self._backend, self._partner, self._binding)
        return explained.of(self._user) if self._user else explained.before_reading()

    def unsettled(self) -> Any:
        """Return the entries of its history that wait or failed: the newest, as far as readable."""
        return self._env["usercom.history"].search(
            [
                ("partner_id", "=", self._partner.id),
                ("backend_id", "=", self._backend.id),
                ("kind", "in", QUEUES),
                ("state", "in", ("pending", "failed")),
            ],
            limit=MOST_ENTRIES,
        )

    def link(self) -> str:
        """Return by what the contact is linked, in words."""
        env, binding, user = self._env, self._binding, self._user
        if self.is_read and not user:
            return str(env._("No user of User.com is found by its id, custom id or e-mail."))
        if binding and binding.state == "gone":
            return str(env._("Its user %s was deleted in User.com.", binding.external_id))
        if binding and binding._is_live():
            return str(env._("Linked to user %s.", binding.external_id))
        if user:
            return str(env._("Not linked yet; user %s is the same person.", user.id))
        return str(env._("Not linked: it was never sent to User.com."))
