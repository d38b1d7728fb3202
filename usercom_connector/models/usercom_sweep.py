import logging
import time
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL

from ..services.brake import Brake, BrakeError
from ..services.error_texts import explain
from ..services.quiet_sql import described
from ..services.transactions import unless_locked
from ..usercom import CredentialsError, NotFoundError, RetryableError, UsercomError

_logger = logging.getLogger(__name__)

BACKLOG = 200  # users waiting, from which on lists of users are read
PAGE_SIZE = 100
LATE = timedelta(hours=1)  # how late a call of User.com may come
OVERLAP = timedelta(minutes=10)  # for clocks that differ and changes that show late
EVERY = {"reconcile": timedelta(hours=1), "compare": timedelta(days=7)}
SECONDS = 10.0  # of one list, before the queues have their turn


class UsercomSweep(models.Model):
    """How far a list of User.com's users has been read: the next page, committed with each page.

    Pages come in no promised order, so a time within a range would not tell what is still to come.
    Not a part of the account's own record, which people edit while this is written all the time.
    """

    _name = "usercom.sweep"
    _inherit = ["usercom.guarded", "usercom.page.guard"]
    _description = "User.com List Being Read"
    _rec_name = "kind"

    backend_id = fields.Many2one("usercom.backend", required=True, ondelete="cascade")
    kind = fields.Selection(
        [("backlog", "Backlog"), ("reconcile", "Reconciliation"), ("compare", "Comparison")],
        required=True,
    )
    is_open = fields.Boolean("Under Way")
    since = fields.Datetime()
    until = fields.Datetime()
    next_page = fields.Char()
    started_at = fields.Datetime()
    read_until = fields.Datetime(help="What was changed before is known.")
    missed_at = fields.Datetime(help="When it last met news that no call had told of.")
    newest_prompt = fields.Integer(help="The last inbox row when it began.")
    error = fields.Text()

    _kind_uniq = models.Constraint("unique (backend_id, kind)", "One sweep of a kind at a time.")

    @api.model
    def _of(self, backend, kind):
        """The sweep of this kind; a new account's begins with what changes from now on."""
        now, there = fields.Datetime.now(), backend._remote_clock().now()
        found = self.search([("backend_id", "=", backend.id), ("kind", "=", kind)])
        return found or self.create(
            {"backend_id": backend.id, "kind": kind, "started_at": now, "read_until": there}
        )

    @api.model
    def _slices(self, backend, client, deadline):
        """Read the lists that are due until ``deadline`` (monotonic), a backlog to its end.

        Yields how many users were met whenever the queues shall have their turn, at least once.
        """
        for kind in ("backlog", "reconcile", "compare"):
            sweep = self._of(backend, kind)
            if sweep.is_open or sweep._begin_if_due(client):
                yield sweep._read(client, deadline)
        while read := self._of(backend, "backlog")._read(client, deadline):
            yield read
        yield 0

    @api.model
    def _is_reading(self, backend):
        """Whether a list is read that User.com serves; another waits for the next regular run."""
        domain = [("backend_id", "=", backend.id), ("is_open", "=", True), ("error", "=", False)]
        return bool(self.search_count(domain, limit=1))

    # ---- beginning ----

    def _begin_if_due(self, client):
        """Whether a new sweep has begun. Its bounds are times of User.com's clock."""
        clock = self.backend_id._remote_clock()
        if self.kind == "backlog":
            oldest = self._oldest_prompt()
            return bool(oldest) and self._begin(clock.at(oldest) - LATE)
        if self._is_recent():
            return False
        if self.kind == "compare":
            return self._begin(None)
        if clock.offset is None:
            client.ask_time()
        # Where the clock was ahead once, what has been read up to is still to come.
        return self._begin(min(self.read_until, clock.now()) - OVERLAP)

    def _is_recent(self):
        """Whether it is not due yet. One that began in the future began before a clock was set."""
        now = fields.Datetime.now()
        return bool(self.started_at) and now - EVERY[self.kind] < self.started_at <= now + OVERLAP

    def _begin(self, since):
        now = fields.Datetime.now()
        self.write(
            {
                "is_open": True,
                "since": since,
                "until": since and self.backend_id._remote_clock().now(),
                "next_page": False,
                "started_at": now,
                "newest_prompt": self._last_prompt(),
                "error": False,
            }
        )
        if self.kind == "compare":
            self.env["usercom.drift"]._forget(self.backend_id)
        return True

    def _oldest_prompt(self):
        """When the oldest of a backlog's prompts came; None if there is no backlog."""
        query = SQL(
            """SELECT min(first) FROM (
                   SELECT min(create_date) AS first FROM usercom_inbox
                    WHERE backend_id = %s AND state = 'pending' AND single IS NOT TRUE
                    GROUP BY user_ref) users
               HAVING count(*) > %s""",
            self.backend_id.id,
            BACKLOG,
        )
        self.env.flush_all()
        return next((first for (first,) in self.env.execute_query(query)), None)

    def _last_prompt(self):
        self.env.cr.execute("SELECT last_value FROM usercom_inbox_id_seq")
        return self.env.cr.fetchone()[0]

    # ---- reading ----

    def _read(self, client, deadline):
        """Read page after page, each in a transaction of its own; returns how many users."""
        count, resumed = 0, bool(self.next_page)
        deadline = min(deadline, time.monotonic() + SECONDS)
        while self._is_open_for(client) and time.monotonic() < deadline:
            read = self._read_page(client, resumed)
            unless_locked(self.env, self._end_page)
            if read is None:
                break
            count, resumed = count + read, False
        return count

    def _read_page(self, client, resumed):
        """Read the next page and settle it; returns how many users, None to leave it for now."""
        newest = self._last_prompt()
        if not self._begin_page():
            return unless_locked(self.env, self._give_up_hopeless)
        # No snapshot is held while it waits for User.com.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            page = self._fetch(client)
        except NotFoundError:  # a page that was kept is there no more, or the last was last
            unless_locked(self.env, self._restart if resumed else self._finish)
            return 0
        except UsercomError as error:
            return self._give_up(error) if self._is_open_for(client) else None
        if self._is_open_for(client):
            return self._apply(page, newest) or None
        return 0

    def _apply(self, page, newest):
        """Settle a page; returns how many users, 0 where it has to be read again."""
        try:
            is_turned = self._settle_page(page, newest)
        except BrakeError as error:
            self.env.cr.rollback()
            unless_locked(self.env, Brake(self.backend_id).stop, error)
            return 0
        return (len(page.users) or 1) if is_turned else 0

    def _is_open_for(self, client):
        """Whether there is more to read, and the account still has the key and system of it."""
        return self.backend_id._is_running(client) and bool(self.exists()) and self.is_open

    def _fetch(self, client):
        if self.next_page:
            return client.page_at(self.next_page)
        return client.changed_page(self.since, self.until)

    def _restart(self):
        self._begin(self.since)

    def _give_up(self, error):
        """For this run, or where User.com does not serve the list, until the next is due."""
        message = explain(self.env, error)
        _logger.info("user.com %s: a page could not be read: %s", self.kind, message)
        self.error = message
        if isinstance(error, CredentialsError):
            self.backend_id._pause(message)
        elif not isinstance(error, RetryableError):
            self._finish()
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _give_up_hopeless(self):
        self.error = self._hopeless_message()
        self._finish()

    def _settle_page(self, page, newest):
        """Apply a page; ``newest`` is the last inbox row that came before it was read.

        In lots, so that somebody who saves contacts of the page holds up only those. Returns
        whether the next page may be read.
        """
        waiting, put_off = [], partial(self._put_off, newest)
        if self.kind == "backlog" and not self.next_page and not self._pays(page):
            return unless_locked(self.env, self._end)
        if self.kind == "compare":
            self._in_wary_lots(page.users, self._compare, waiting.append)
        else:
            self._in_wary_lots(page.users, partial(self._take_in, newest), put_off)
        return not waiting and unless_locked(self.env, self._turn, page)

    def _turn(self, page):
        """On to the next page."""
        self.error = False
        if page.next:
            self.next_page = page.next
        else:
            self._finish()
        return True

    def _end(self):
        self.error = False
        self._finish()
        return True

    def _put_off(self, newest, user):
        """Have a user whose contact is locked be read by itself, shortly."""
        inbox = self.env["usercom.inbox"]
        prompts = inbox._prompts_about(self.backend_id, [user], newest)
        rows = prompts.get(user.id) or inbox._put(self.backend_id, inbox._keys_in({"id": user.id}))
        rows.single = True
        rows._put_off()

    def _compare(self, users):
        """Compare ``users``; where one is in the way of the others, each by itself."""
        compare = self.env["usercom.drift"]._compare
        _done, error = self.backend_id._attempted(compare, self, users)
        if error and len(users) > 1:
            for user in users:
                self._compare([user])
        elif error:
            _logger.info(
                "user.com user %s could not be compared: %s", users[0].id, described(error)
            )
            link = self.env["usercom.binding"]._of_user(self.backend_id, users[0].id)
            link.compared_at = self.started_at
            self.env["usercom.inbox"]._tell(self.backend_id, users[0], str(error))

    def _pays(self, page):
        """Whether the pages are fewer than the users who wait."""
        inbox, prompts = self.env["usercom.inbox"], self._prompts()
        [(users,)] = inbox._read_group(prompts, [], ["user_ref:count_distinct"])
        return (page.count or 0) <= PAGE_SIZE * users

    def _prompts(self):
        """The domain of the prompts of a backlog."""
        return [
            ("backend_id", "=", self.backend_id.id),
            ("state", "=", "pending"),
            ("single", "=", False),
            ("id", "<=", self.newest_prompt),
            "|",
            ("serial", "=", False),
            ("serial", "<=", self.newest_prompt),
        ]

    def _take_in(self, newest, users):
        """Take in a page; of a backlog's, people nobody asked for only if they are linked."""
        backend = self.backend_id._told_by(self)
        prompts = self.env["usercom.inbox"]._prompts_about(backend, users, newest)
        if self.kind == "backlog":
            asked = [user for user in users if user.id in prompts]
            rest = [user for user in users if user.id not in prompts]
            taken = backend._take_in_page(asked, prompts=prompts) | backend._take_in_page(
                rest, only_linked=True
            )
        else:
            taken = backend._take_in_page(users, prompts=prompts)
            self._note_missed(taken, prompts)
        backend._count_news(case for key, case in taken.items() if key not in prompts)
        for user in users:
            if user.id in taken:
                self.env["usercom.inbox"]._settle_met(
                    backend, user, taken[user.id], prompts.get(user.id)
                )

    def _note_missed(self, taken, prompts):
        """Remember that User.com should have called, if anything in ``taken`` was new."""
        if any(case.is_news for user_id, case in taken.items() if user_id not in prompts):
            self.missed_at = fields.Datetime.now()

    # ---- ending ----

    def _finish(self):
        if self.kind == "backlog":
            self.env["usercom.inbox"].search(self._prompts()).single = True
        self.write({"is_open": False, "next_page": False})
        if self.error:  # not read to the end
            return
        self.read_until = self.until
        if self.kind == "compare":
            self.env["usercom.drift"]._add_unmet(self)
