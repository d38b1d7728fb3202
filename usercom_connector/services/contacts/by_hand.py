"""Contacts that somebody, or a step of an automation rule, pushes or pulls."""

from typing import Any

from ..notifications import notification

NAMED_CONTACTS = 5

Part = tuple[str, list[dict[str, str]]]
"""A text with a ``%s`` for each of its links."""


class ByHand:
    """Queues chosen contacts of the current company, and tells how many.

    A failure to queue is told, not raised: an automation rule must not stop an edit.
    """

    def __init__(self, partners: Any) -> None:
        self._partners = partners
        self._env = partners.env

    def queue(self, queue: str) -> dict[str, Any]:
        """Put those that take part into ``queue``, a model's name; return the notification."""
        backend = self._env["usercom.backend"].sudo()._of_company(self._env.company)
        if backend.state not in ("running", "paused"):
            text = self._env._("User.com is not running for %s.", self._env.company.display_name)
            return self._notification([(text.replace("%", "%%"), [])], "warning")
        partners = self._partners & backend._taking_part(self._partners)
        queued = self._env[queue].sudo()._queue_by_hand(backend, partners)
        return self._notification(
            [
                self._about_queued(queue, queued),
                self._about(
                    self._env._("Not taking part (see the filter in the settings): %s."),
                    self._partners - partners,
                ),
                self._about(
                    self._env._(
                        "Not found in User.com, and without an e-mail address to search for: %s."
                    ),
                    partners - queued,
                ),
            ],
            "success" if queued == self._partners else "warning",
        )

    def _about_queued(self, queue: str, queued: Any) -> Part:
        """How many are queued, and where to see them."""
        text = self._env._("Contacts queued for User.com: %s.", len(queued))
        if not (queued and self._env[queue].has_access("read")):
            return text, []
        url = f"/odoo/{queue.replace('.', '-')}"
        return f"{text} %s", [{"label": self._env._("See the queue"), "url": url}]

    def _about(self, text: str, contacts: Any) -> Part:
        """``text`` about ``contacts``, of whom the first are linked to; empty for none."""
        links = [
            {"label": contact.display_name, "url": f"/odoo/res.partner/{contact.id}"}
            for contact in contacts[:NAMED_CONTACTS]
        ]
        names = ", ".join(["%s"] * len(links))
        more = len(contacts) - len(links)
        if more:
            names = self._env._("%(contacts)s and %(count)s more", contacts=names, count=more)
        return (text % names, links) if contacts else ("", [])

    def _notification(self, parts: list[Part], kind: str) -> dict[str, Any]:
        return notification(
            self._env._("User.com"),
            " ".join(text for text, _links in parts if text),
            kind,
            [link for _text, links in parts for link in links],
        )
