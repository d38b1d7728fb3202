from collections import defaultdict

from odoo import api, fields, models

from ..services.savepoints import attempted
from ..services.task import Task
from ..usercom.mass import MassPush, is_worthwhile, mass_key
from ..usercom.redaction import excerpt


class UsercomOutbox(models.Model):
    """How the same values for many contacts become mass updates."""

    _inherit = "usercom.outbox"

    force_single = fields.Boolean(help="User.com did not take it in a mass update.")

    def _alike(self, backend):
        """The ids of those rows that mass updates can stand for."""
        bindings = self.env["usercom.binding"]._of(backend, self.partner_id)
        tasks, _error = attempted(self.env, self._pushes, backend, bindings)
        groups = self._groups(tasks or ())  # after an error none: singly it shows whose it is
        return [task.rows.id for group in groups for task in group]

    @api.model
    def _in_masses(self, tasks):
        """The tasks, with mass updates in place of those that are alike."""
        groups = self._groups(tasks)
        massed = {task.rows for group in groups for task in group}
        masses = [
            Task(
                self.browse(task.rows.id for task in group), MassPush([task.job for task in group])
            )
            for group in groups
        ]
        return masses + [task for task in tasks if task.rows not in massed]

    @api.model
    def _groups(self, tasks):
        """Tasks that need the same changes, in lists worth mass updates."""
        groups = defaultdict(list)
        for task in tasks:
            if not (task.problems or task.rows.force_single) and (key := mass_key(task.job)):
                groups[key].append(task)
        return [group for key, group in groups.items() if is_worthwhile(len(group), len(key))]

    def _release(self, claims):
        """One of a mass may have ended the worker: singly it shows which.

        Of a contact that was edited meanwhile the new row is suspected in place of the old one.
        """
        newer = self._waiting_rows(self.partner_id).filtered(
            lambda row: row.backend_id in self.backend_id and row.claims < claims
        )
        newer.write({"claims": claims, "force_single": True})
        self._put_back(claims=claims, force_single=True)

    # ---- settling ----

    def _settle(self, task, result):
        if isinstance(task.job, MassPush):
            return self._settle_mass(task, result)
        return super()._settle(task, result)

    def _pushed(self, task, result):
        if not isinstance(task.job, MassPush):
            return super()._pushed(task, result)
        pairs = zip(self, result, strict=True)
        return self.browse(row.id for row, pushed in pairs if pushed and pushed.wrote).partner_id

    def _fail_to_store(self, task, message):
        """One of many is at fault: singly it shows which."""
        if isinstance(task.job, MassPush):
            return self._put_back(force_single=True)
        return super()._fail_to_store(task, message)

    def _settle_mass(self, task, results):
        """Record what became of each push of a mass update."""
        bindings = self.env["usercom.binding"]._of(self.backend_id, self.partner_id)
        again = done = self.browse()
        for row, push, pushed in zip(self, task.job.pushes, results, strict=True):
            user_id, link = push.identity.user_id, bindings.get(row.partner_id.id)
            is_same = link and link.external_id == user_id
            if pushed is None:
                again += row
            elif _needs_a_look(pushed) or not is_same:
                row._settle(Task(row, push), pushed)
            else:
                link._agree(user_id, pushed.user, pushed.merge.base, since=push.base)
                done += row
        done._close([], sent=excerpt(task.job.pushes[0].changes()))
        again._put_back(force_single=True)


def _needs_a_look(pushed):
    """Whether User.com has not simply taken what was sent."""
    return pushed.missing or pushed.found or pushed.ignored or pushed.apart
