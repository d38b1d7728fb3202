import logging
import threading
import time
from functools import partial

import psycopg2

from odoo import models, sql_db
from odoo.tools import SQL

from odoo.addons.base.models.ir_cron import ODOO_NOTIFY_FUNCTION

_logger = logging.getLogger(__name__)

LULL_SECONDS = 0.2


class Bell:
    """Wakes the crons of accounts from a thread of its own, which lives while there is need.

    ``ir.cron._trigger`` would have every edit pay for a record and a second connection. Here its
    commit only leaves a note. A note that is lost with its process costs at most a minute: then
    the cron runs anyway.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._wanted = set()
        self._thread = None

    def ring(self, database, backend_ids):
        """Have the accounts drained; returns at once."""
        with self._lock:
            self._wanted.update((database, backend_id) for backend_id in backend_ids)
            if not (self._thread and self._thread.is_alive()):  # a fork leaves threads behind
                self._thread = threading.Thread(target=self._work, name="usercom", daemon=True)
                self._thread.start()

    def _work(self):
        while wanted := self._take():
            for database in {database for database, _ in wanted}:
                self._wake(database, [number for name, number in wanted if name == database])
            time.sleep(LULL_SECONDS)  # what comes meanwhile is one more ring together

    def _take(self):
        with self._lock:
            wanted, self._wanted = self._wanted, set()
            if not wanted:
                self._thread = None
            return wanted

    def _wake(self, database, backend_ids):
        try:
            with sql_db.db_connect(database).cursor() as cr:
                # In whole seconds, as the cron clears its triggers.
                cr.execute(
                    """INSERT INTO ir_cron_trigger (cron_id, call_at)
                       SELECT c.id, date_trunc('second', now() AT TIME ZONE 'UTC')
                         FROM ir_cron c JOIN usercom_backend b ON b.cron_id = c.id
                        WHERE b.id = ANY(%s) AND c.active""",
                    [backend_ids],
                )
            with sql_db.db_connect("postgres").cursor() as cr:
                function = SQL.identifier(ODOO_NOTIFY_FUNCTION)
                cr.execute(SQL("SELECT %s('cron_trigger', %s)", function, database))
        except psycopg2.Error:
            _logger.info("user.com drain of %s could not be woken", database, exc_info=True)


bell = Bell()


class UsercomBackend(models.Model):
    """How the drain learns that there is work."""

    _inherit = "usercom.backend"

    def _wake(self):
        """Have the queues drained as soon as this transaction is committed."""
        if self:
            cr = self.env.cr
            cr.postcommit.add(partial(bell.ring, cr.dbname, self.ids))
