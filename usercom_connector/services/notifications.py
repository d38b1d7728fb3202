from collections.abc import Sequence
from typing import Any

Part = tuple[str, list[dict[str, str]]]
"""A text with a ``%s`` for each of its links."""


def notification(
    title: str, message: str = "", kind: str = "success", links: Sequence[dict[str, str]] = ()
) -> dict[str, Any]:
    """The action that shows a message and then the page anew, for a button to return.

    Each ``%s`` in ``message`` is one of the ``links``, ``{"label", "url"}``.
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": kind,
            "title": title,
            "message": message,
            "links": list(links),
            "next": {"type": "ir.actions.client", "tag": "soft_reload"},
        },
    }


def joined(env: Any, parts: Sequence[Part], kind: str) -> dict[str, Any]:
    """The notification made of the ``parts`` that have a text."""
    return notification(
        env._("User.com"),
        " ".join(text for text, _links in parts if text),
        kind,
        [link for _text, links in parts for link in links],
    )


def about_pause(env: Any, backends: Any) -> Part:
    """That what was queued waits for its accounts; empty if they are running, or are none."""
    states = {backend.state for backend in backends} - {"running"}
    if not states:
        return "", []
    if states == {"paused"}:
        text = env._("The account is paused: they wait until it runs again.")
    else:
        text = env._("The account is not running: they wait until it does.")
    return with_settings(env, text)


def told(env: Any, text: str, backends: Any) -> dict[str, Any]:
    """The notification that says ``text``, and whether the accounts hold it up."""
    pause = about_pause(env, backends)
    return joined(env, [(text.replace("%", "%%"), []), pause], "warning" if pause[0] else "success")


def with_settings(env: Any, text: str) -> Part:
    """``text``, and for who may open them a link to the settings, where an account is run."""
    if not env.user.has_group("base.group_system"):
        return text, []
    link = {"label": env._("Open the settings"), "url": "/odoo/usercom-settings"}
    return f"{text} %s", [link]


# ---- rows that are sent round again ----


class Requeued:
    """``rows`` wait again; ``others`` were chosen as well, and have not failed."""

    def __init__(self, rows: Any, others: Any) -> None:
        self._rows = rows
        self._others = others
        self._env = others.env

    def notification(self) -> dict[str, Any]:
        """Return the notification: how many, and what holds them up."""
        pause = about_pause(self._env, self._rows.backend_id)
        is_done = self._rows and not (self._others or pause[0])
        return joined(
            self._env,
            [self._about_rows(), self._about_others(), pause],
            "success" if is_done else "warning",
        )

    def _about_rows(self) -> Part:
        if not self._rows:
            return self._env._("Nothing was queued again: none of them has failed."), []
        return self._env._("Queued again: %s.", len(self._rows)), []

    def _about_others(self) -> Part:
        if not (self._rows and self._others):
            return "", []
        return self._env._("Not failed, and so not queued again: %s.", len(self._others)), []
