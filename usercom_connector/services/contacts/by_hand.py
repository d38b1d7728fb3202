"""Contacts that somebody, or a step of an automation rule, pushes or pulls."""

from typing import Any

from ..companies.queueing import queue_by_hand
from ..explanation.participation import Participation
from ..notifications import Part, about_pause, joined, with_settings

NAMED_CONTACTS = 5


class ByHand:
    """Queues chosen contacts of the current company, and tells how many.

    A failure to queue is told, not raised: an automation rule must not stop an edit.
    """

    def __init__(self, partners: Any) -> None:
        self._partners = partners
        self._env = partners.env

    def queue(self, queue: str) -> dict[str, Any]:
        """Put those that take part into ``queue``, a model's name; return the notification."""
        return joined(self._env, *self.parts(queue))

    def parts(self, queue: str) -> tuple[list[Part], str]:
        """Put those that take part into ``queue``; return what to tell, and of what kind it is."""
        backend = self._env["usercom.backend"].sudo()._of_company(self._env.company)
        if backend.state not in ("running", "paused"):
            return [self._about_standstill()], "warning"
        partners = self._partners & backend._taking_part(self._partners)
        queued = self._env[queue].sudo()._queue_by_hand(backend, partners)
        companies = self._queue_companies(backend) if queue == "usercom.outbox" else queued
        queued, partners = queued | companies, partners | companies
        is_done = queued == self._partners and backend.state == "running"
        parts = [
            self._about_queued(queue, queued),
            about_pause(self._env, backend if queued else backend.browse()),
            self._about_left_out(backend, self._partners - partners),
            self._about(
                self._env._(
                    "Not found in User.com, and without an e-mail address to search for: %s."
                ),
                partners - queued,
            ),
        ]
        return parts, "success" if is_done else "warning"

    def _queue_companies(self, backend: Any) -> Any:
        """Queue those that are linked as companies; return them."""
        links = self._env["usercom.company"].sudo()._of(backend, self._partners)
        known = self._env["usercom.company"].sudo().concat(*links.values())
        return self._partners & queue_by_hand(known).partner_id

    def _about_standstill(self) -> Part:
        company = self._env.company.display_name.replace("%", "%%")
        text = self._env._("User.com is not running for “%s”: nothing was queued.", company)
        return with_settings(self._env, text)

    def _about_queued(self, queue: str, queued: Any) -> Part:
        """How many are queued, and where to see them."""
        if queue == "usercom.inbox":
            text = self._env._("Contacts to be read from User.com: %s.", len(queued))
        else:
            text = self._env._("Contacts to be sent to User.com: %s.", len(queued))
        if not (queued and self._env[queue].has_access("read")):
            return text, []
        url = f"/odoo/{queue.replace('.', '-')}"
        return f"{text} %s", [{"label": self._env._("See the queue"), "url": url}]

    def _about_left_out(self, backend: Any, contacts: Any) -> Part:
        """Who is left out; of a single contact, by which rule."""
        if len(contacts) != 1:
            text = self._env._("Not synchronized (see the filter in the settings): %s.")
            return self._about(text, contacts)
        rules = Participation(backend, contacts).rules()
        broken = " ".join(rule.broken for rule in rules if not rule.is_met).replace("%", "%%")
        text, links = self._about(self._env._("Not synchronized: %s."), contacts)
        return f"{text} {broken}", links

    def _about(self, text: str, contacts: Any) -> Part:
        """``text`` about ``contacts``, of whom the first are linked to; empty for none."""
        links = [
            {"label": contact.display_name, "url": f"/odoo/res.partner/{contact.id}"}
            for contact in contacts[:NAMED_CONTACTS]
        ]
        names = ", ".join(["“%s”"] * len(links))
        more = len(contacts) - len(links)
        if more:
            names = self._env._("%(contacts)s and %(count)s more", contacts=names, count=more)
        return (text % names, links) if contacts else ("", [])
