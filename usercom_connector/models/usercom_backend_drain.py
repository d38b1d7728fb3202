import logging
import math
import time
from datetime import datetime, timedelta
from functools import partial
from itertools import chain

from odoo import fields, models

from ..services.brake import Brake, BrakeError
from ..services.contact_names import by_id
from ..services.drain_lock import DrainLock
from ..services.error_texts import explain
from ..services.quarantine import Quarantine
from ..services.quiet_sql import described
from ..services.savepoints import attempted
from ..services.shared_hold import SharedHold
from ..services.transactions import in_lots, unless_locked
from ..services.unconfirmed import UnconfirmedValues
from ..services.wary_look import WaryLook
from ..usercom import (
    AmbiguousUserError,
    CredentialsError,
    EmptiedError,
    RetryableError,
    ServerError,
    ThrottledError,
    UnreachableError,
    UsercomError,
)
from ..usercom.mass import WORTHWHILE
from ..usercom.overlap import overlapped
from ..usercom.throttle import LONGEST_HOLD
from .usercom_queue import LOCKED_DELAY, LOW, URGENT, USUAL

_logger = logging.getLogger(__name__)

WORKERS = 16
RUN_SECONDS = 45.0  # well within the 120 that Odoo gives a job by default
SHORT_WAIT = 5.0
OUTBOX_TURN = 3
IDLE_SECONDS = 1.0  # where what is due is locked: its edit is not committed yet
CRON_INTERVAL = timedelta(minutes=1)


class UsercomBackend(models.Model):
    """How the queues of an account are worked off."""

    _inherit = "usercom.backend"

    is_looking = fields.Boolean("Is Looking Ahead", readonly=True, copy=False)

    def _drain(self):
        """Work off both queues, mostly the inbox first.

        Only the account's own cron calls this, and Odoo runs one cron twice at once only where the
        connection that keeps its lock was ended: the second drain finds the first one's lock.
        """
        self.ensure_one()
        with DrainLock(self).held() as is_held:
            if is_held:
                self._drain_alone()

    def _drain_alone(self):
        if self.state == "running":
            self.with_context(lang=self._language())._drain_queues()

    def _drain_queues(self):
        if refusal := self._refusal_to_send():
            self._pause(refusal)
            return
        quarantine = Quarantine(self)
        quarantine.release_orphans()
        done = self._work_off(time.monotonic() + RUN_SECONDS)
        quarantine.release_locked()
        unless_locked(self.env, Brake(self).close)
        self.env["usercom.consent.chain"]._seal_for(self)
        self._come_back()
        self.env["ir.cron"]._commit_progress(done)

    def _queues(self):
        return self.env["usercom.inbox"], self.env["usercom.outbox"]

    def _count_rows(self, state, *conditions):
        """``[inbox rows, outbox rows]``: how many are in this state and meet the conditions."""
        domain = [("backend_id", "=", self.id), ("state", "=", state), *conditions]
        return [queue.sudo().search_count(domain) for queue in self._queues()]

    def _work_off(self, deadline):
        done = 0
        with self._client() as client:
            done += Quarantine(self).work_off(client, deadline)
            for read in self.env["usercom.sweep"]._slices(self, client, deadline):
                done += read + self._work_off_queues(client, deadline)
            done += self.env["usercom.sync"]._go_on(self, client, deadline)
        return done

    def _work_off_queues(self, client, deadline):
        done, idle = 0, 0.0
        while self._wait_for_work(client, deadline, idle):
            settled = self._run(self._tasks(client, deadline), client)
            idle = 0.0 if settled else IDLE_SECONDS
            done += settled
        return done

    def _workers(self):
        """How many calls at once: no more than the account's limit lets through in time.

        What waits for the limit goes before an edit that comes now. So there are as many as it
        takes while each waits for its answer, and two in reserve.
        """
        under_way = self.rate_limit * self._throttle().usual_duration()
        return min(WORKERS, math.ceil(2 * self.rate_limit), math.ceil(1.5 * under_way) + 2)

    def _wait_for_work(self, client, deadline, idle):
        """Whether a row is due, now or within a wait too short for the cron's own clock."""
        due = self._next_due()
        if not due or not self._is_running(client):
            return False
        wait = max(idle, (due - fields.Datetime.now()).total_seconds())
        if wait > SHORT_WAIT or time.monotonic() + wait >= deadline:
            return False
        self.env["ir.cron"]._commit_progress()  # holds no snapshot while it sleeps
        time.sleep(wait)
        return True

    def _next_due(self):
        """When the earliest row of either queue may be tried, if any waits."""
        waits = [due for queue in self._queues() if (due := queue._next_due(self))]
        held = fields.Datetime.now() + timedelta(seconds=SharedHold(self).seconds())
        if self.env["usercom.touched"]._of(self):
            waits.append(fields.Datetime.now())
        return max(min(waits), held) if waits else None

    def _tasks(self, client, deadline):
        """Claim and yield until the queues are empty or time is up; the rest waits on."""
        for rows in self._claims(client, deadline):
            # Not in the claim's transaction: the edit of a row that was found waiting may have
            # been committed after that one's snapshot was taken.
            for task in self._built(rows):
                if time.monotonic() < deadline:
                    yield task
                else:
                    unless_locked(self.env, self._give_back, task)

    def _built(self, rows):
        """The tasks of ``rows``; whose contact somebody has locked waits."""
        lots = in_lots(self.env, rows, self._admitted, self._put_off_row, at_once=True)
        return list(chain.from_iterable(lots))

    def _admitted(self, rows):
        """The tasks of ``rows``, none where they would do too much of what has to be asked."""
        tasks, error = attempted(self.env, self._build_and_count, rows)
        if isinstance(error, BrakeError):
            rows.exists()._put_back()
            Brake(self).stop(error)
            return []
        if error:
            raise error
        return tasks

    def _build_and_count(self, rows):
        tasks = self._build(rows)
        Brake(self).count_tasks(tasks)
        return tasks

    def _give_back(self, task):
        UnconfirmedValues(self).forget(task)
        Brake(self).take_back([task])
        task.rows._put_back()

    def _run(self, tasks, client):
        """Run the tasks' jobs at User.com and settle them; returns how many."""
        done = 0
        for outcomes in overlapped(tasks, lambda t: t.job.run(client), workers=self._workers):
            settle = partial(self._settle_answers, client)
            in_lots(self.env, outcomes, settle, self._put_off_outcome)
            done += len(outcomes)
        return done

    def _build(self, rows):
        """The tasks of ``rows``; where one of them cannot be built, the others still are."""
        tasks, error = attempted(self.env, rows._tasks, self)
        if error is None:
            return tasks
        left = rows.exists()
        if len(rows) > 1:
            return [task for row in left for task in self._build(row)]
        _logger.info("user.com call could not be prepared: %s", described(error))
        for row in left:
            row._fail(f"{by_id(row.partner_id) or row.display_name}: {error}")
        return []

    def _claims(self, client, deadline):
        """Claim and yield a few rows at a time, or many that are alike."""
        looked_at, turn = dict.fromkeys((URGENT, USUAL, LOW), 0), 0
        while time.monotonic() < deadline and self._may_call(client):
            turn += 1
            if rows := self._claim(looked_at, turn):
                yield rows
            elif unless_locked(self.env, self._refill):
                looked_at = dict.fromkeys(looked_at, 0)
            else:
                return

    def _refill(self):
        """Queue some of those who can wait, now that no others do; whether there were any."""
        if self.env["usercom.touched"]._of(self)._queue_some():
            return True
        return self.env["usercom.sync"]._under_way(self)._queue_some()

    def _claim(self, looked_at, turn):
        """Claim the next rows: those of withdrawn consents first, of each the inbox's first.

        But for every third turn: more calls may pour in than can ever be answered. Every other
        turn takes the newest edits: who edits one contact does not wait for 400 edits of others.
        """
        ways = self._claim_inbox, self._claim_outbox
        for priority in looked_at:
            if turn % 2 == 0 and priority == USUAL and (rows := self._claim_newest(looked_at)):
                return rows
            for claim in ways if turn % OUTBOX_TURN else reversed(ways):
                if rows := claim(priority, looked_at):
                    return rows
        return None

    def _claim_inbox(self, priority, _looked_at):
        return unless_locked(self.env, self.env["usercom.inbox"]._claim, self, priority)

    def _claim_newest(self, looked_at):
        """But not where no other edits wait: then those that are alike may go as one."""
        outbox = self.env["usercom.outbox"]
        if not unless_locked(self.env, outbox._is_waiting, self, USUAL, looked_at[USUAL]):
            return None
        claim = partial(outbox._claim, newest=True)
        return unless_locked(self.env, claim, self, USUAL, 2**31 - 1)

    def _claim_outbox(self, priority, looked_at):
        """Claim a few rows up to the id looked at; without any look ahead for some alike."""
        outbox, env = self.env["usercom.outbox"], self.env
        while not (rows := unless_locked(env, outbox._claim, self, priority, looked_at[priority])):
            ahead = unless_locked(env, outbox._look_ahead, self, priority, looked_at[priority])
            linked, last = ahead or ((), None)
            if last is None:
                break
            looked_at[priority] = last
            alike = len(linked) >= WORTHWHILE and WaryLook(self).at(linked._alike, self)
            if alike and (rows := unless_locked(env, outbox._claim_alike, alike)):
                break
        return rows

    def _may_call(self, client):
        """Whether a claimed row could be sent, and were not put off at once."""
        return (
            self._is_running(client)
            and DrainLock(self).is_held()
            and SharedHold(self).seconds() <= LONGEST_HOLD
        )

    def _is_running(self, client):
        """Whether the account runs, and is still the one that ``client`` was made for."""
        self.env.invalidate_all()
        return self.state == "running" and self._is_client(client)

    def _is_client(self, client):
        """Whether ``client`` has the present key and system."""
        return client.is_for(self._base_url(), self.sudo().api_key)

    def _settle_answers(self, client, outcomes):
        """Settle what came out, unless the account has got another key or system meanwhile."""
        if self._is_client(client):
            return self._settle_all(outcomes)
        for outcome in outcomes:
            outcome.task.rows.exists()._put_back()

    def _put_off_row(self, row):
        row.exists()._put_off()

    def _put_off_outcome(self, outcome):
        UnconfirmedValues(self).note_created(outcome)
        outcome.task.rows.exists()._put_off()

    def _settle_all(self, outcomes):
        """Store what came out; where one of them cannot be stored, the others still are."""
        _done, error = attempted(self.env, self._settle_each, outcomes)
        if error and len(outcomes) > 1:
            for outcome in outcomes:
                self._settle_all([outcome])
        elif isinstance(error, BrakeError):
            outcomes[0].task.rows._put_back()
            Brake(self).stop(error)
        elif error:
            _logger.info("user.com result could not be stored: %s", described(error))
            self._fail_to_store(outcomes[0], str(error))

    def _settle_each(self, outcomes):
        for outcome in outcomes:
            self._settle(outcome)
        self._react_to_pushes(outcomes)

    def _fail_to_store(self, outcome, message):
        if rows := outcome.task.rows.exists():
            rows._fail_to_store(outcome.task, message)
        else:  # erased meanwhile
            self.env["usercom.outbox"]._forsake(self, outcome.task.job, outcome.result)

    def _forget_undone(self, outcome):
        """What was noted before the call, of what the call has not done."""
        if isinstance(outcome.error, UsercomError) and not outcome.error.is_unconfirmed:
            UnconfirmedValues(self).forget(outcome.task)
        if outcome.error or getattr(outcome.result, "found", None):
            Brake(self).take_back([outcome.task])

    def _settle(self, outcome):
        rows = outcome.task.rows
        self._forget_undone(outcome)
        match outcome.error:
            case None:
                rows._settle(outcome.task, outcome.result)
            case ThrottledError():
                rows._postpone(outcome.error.retry_after)
            case UnreachableError() | ServerError(status=408 | 425 | 502 | 503 | 504):
                # no contact's fault: only the time is limited
                rows._retry_later(explain(self.env, outcome.error), most=math.inf)
            case RetryableError():
                rows._retry_later(explain(self.env, outcome.error))
            case CredentialsError():
                rows._put_back()
                self._pause(explain(self.env, outcome.error))
            case EmptiedError():
                rows._keep_emptied(outcome.error)
                self._pause(explain(self.env, outcome.error))
            case AmbiguousUserError():
                rows._fail(explain(self.env, outcome.error), is_ambiguous=True)
            case UsercomError():
                rows._refuse(outcome.error)
            case _:
                _logger.error("user.com job failed: %s", described(outcome.error))
                rows._retry_later(self.env._("Unexpected error: %s", outcome.error))

    def _react_to_pushes(self, outcomes):
        settled = [outcome for outcome in outcomes if outcome.error is None]
        pushed = self.env["res.partner"].union(
            *(outcome.task.rows._pushed(outcome.task, outcome.result) for outcome in settled)
        )
        if pushed:
            self._after_push(self._seen(pushed))

    def _come_back(self):
        """Have the cron run again when the next row is due, if not by itself by then."""
        if self.state != "running":
            return
        now = fields.Datetime.now()
        due = now if self.env["usercom.sweep"]._is_reading(self) else self._next_due()
        if any(queue._orphans(self) for queue in self._queues()):  # somebody has them locked
            due = min(due or datetime.max, now + LOCKED_DELAY)
        if due and due < now + CRON_INTERVAL:
            self.cron_id._trigger(due)
