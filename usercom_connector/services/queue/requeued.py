"""What a person is told who sends failed rows of a queue round again."""

from typing import Any

from ..notifications import Part, about_pause, joined


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
