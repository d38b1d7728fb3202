"""What becomes of rows whose worker died: tried again, more and more warily, then left alone."""

import time

from .transactions import in_lots, unless_locked

MOST_ORPHANINGS = 3


class Quarantine:
    """Finds the row that ends its worker, among all that the worker had claimed with it.

    Each claim counts until the row is settled. After the first orphaning a row is in no mass
    update, after the second nothing else is under way with it, and after the third it is failed,
    without a look at what it holds. So of 2,000 rows that were claimed at once only one can fail.
    """

    def __init__(self, backend):
        self._backend = backend

    def release_orphans(self):
        """Give back what a killed worker had claimed."""
        env = self._backend.env
        for queue in self._backend._queues():
            fail = queue._fail_unread
            unless_locked(env, fail, self._backend, MOST_ORPHANINGS, self._message())
            in_lots(env, queue._orphans(self._backend), _release, _leave)

    def release_locked(self):
        """Give back, at the end of a run, what somebody had locked: no worker has died of it."""
        for queue in self._backend._queues():
            in_lots(queue.env, queue._orphans(self._backend), _put_back, _leave)

    def work_off(self, client, deadline):
        """Work off, one at a time, what two workers died with; returns how many rows."""
        backend, done = self._backend, 0
        for queue in backend._queues():
            while time.monotonic() < deadline and backend._may_call(client):
                if not (rows := unless_locked(backend.env, queue._claim_suspect, backend)):
                    break
                backend._run(backend._built(rows), client)
                done += len(rows)
        return done

    def _message(self):
        return self._backend.env._(
            "Odoo's worker ended %s times while it dealt with this row, which is therefore left "
            "alone. Look in the server's log for the cause (often the memory or time limit of "
            "workers), mend it, then retry the row.",
            MOST_ORPHANINGS,
        )


def _release(rows):
    rows._release_orphans()


def _put_back(rows):
    rows.exists()._put_back()


def _leave(_row):
    """It is locked still: the next run tries again."""
