"""The mailing lists that an account has chosen: opting out of one refuses e-mail, and vice versa.

Opting in again is for the list alone: it is no consent.
"""

from typing import Any

from odoo.addons.usercom_connector.services.own_context import Origin, with_own_context

SUBSCRIPTION = "mailing.subscription"


class MailingLists:
    """Those of ``backend``, found by their names."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        names = (backend.opt_out_lists or "").split(",")
        self._names = [name.strip() for name in names if name.strip()]

    def missing(self) -> set[str]:
        """The names that no list has."""
        return set(self._names) - set(self._lists().mapped("name"))

    def opt_out(self, partners: Any) -> None:
        """Opt the addresses of ``partners`` out of the lists."""
        emails = [email for email in partners.mapped("email_normalized") if email]
        address = ("contact_id.email_normalized", "in", emails)
        if subscriptions := self._subscriptions(address, ("opt_out", "=", False)):
            subscriptions.opt_out = True

    def adopt_opt_outs(self) -> None:
        """Have those refuse e-mail who opted out of the lists before they were chosen."""
        opted_out = self._subscriptions(("opt_out", "=", True))
        backend = with_own_context(self._backend, origin=Origin("mapping"))
        backend._refuse_email(opted_out.contact_id.mapped("email_normalized"))

    def refuse_email(self, opted_out: Any) -> None:
        """Have the addresses of those subscriptions that are to the lists refuse e-mail."""
        chosen = opted_out.filtered_domain([("list_id", "in", self._lists().ids)])
        self._backend._refuse_email(chosen.contact_id.mapped("email_normalized"))

    def _lists(self) -> Any:
        lists = self._backend.env["mailing.list"].sudo()
        return lists.search([("name", "in", self._names)])

    def _subscriptions(self, *conditions: Any) -> Any:
        subscriptions = self._backend.env[SUBSCRIPTION].sudo()
        if not self._backend.opt_out_lists:
            return subscriptions
        return subscriptions.search([("list_id", "in", self._lists().ids), *conditions])


def refuse_email(opted_out: Any) -> None:
    """Let each account know of the subscriptions that have just been ``opted_out``."""
    if not opted_out:
        return
    accounts = opted_out.env["usercom.backend"].sudo()
    for backend in accounts.search([("opt_out_lists", "!=", False)]):
        MailingLists(backend).refuse_email(opted_out)
