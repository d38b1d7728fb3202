from odoo import fields, models

from ..services.quarantine import MOST_ORPHANINGS
from ..services.transactions import in_lots, unless_locked


class UsercomPageGuard(models.AbstractModel):
    """A list of users that is read page by page, where one user may end the worker each time.

    After the first death with a page its users are taken one by one, so the next shows whose it is.
    After the third that one is left out, and told of; the rest of the page goes on.
    """

    _name = "usercom.page.guard"
    _description = "User.com List Whose Users May End the Worker"

    page_tries = fields.Integer(
        readonly=True, copy=False, help="How often the page was begun since one was settled."
    )
    suspect_id = fields.Integer(readonly=True, copy=False, help="Under way when taken one by one.")
    deadly_ids = fields.Json(readonly=True, copy=False, help="Users of the page that are left out.")

    def _begin_page(self):
        """Count it, to be committed before the page is read; whether there is hope for it."""
        if self.page_tries >= MOST_ORPHANINGS and not self.suspect_id:
            return False  # it ends the worker before any user of it is looked at
        self.page_tries += 1
        return True

    def _end_page(self):
        """The worker lives: nobody is suspected."""
        self.exists().write({"page_tries": 0, "suspect_id": 0, "deadly_ids": False})

    def _hopeless_message(self):
        return self.env._(
            "Odoo's worker ended %s times while it read this list of users. Look in the server's "
            "log for the cause (often the memory or time limit of workers).",
            MOST_ORPHANINGS,
        )

    def _in_wary_lots(self, users, work, put_off):
        """``in_lots``; one user at a time, who is noted first, once a worker has died."""
        if self.page_tries <= 1:
            return in_lots(self.env, users, work, put_off)
        if self.page_tries > MOST_ORPHANINGS and self.suspect_id:
            unless_locked(self.env, self._leave_out)
        results = []
        for user in users:
            if user.id in (self.deadly_ids or []):
                unless_locked(self.env, self._tell_deadly, user)
            else:
                unless_locked(self.env, self.write, {"suspect_id": user.id})
                results += in_lots(self.env, [user], work, put_off)
        return results

    def _leave_out(self):
        """Leave the suspect out, and look for others as warily."""
        deadly = [*(self.deadly_ids or []), self.suspect_id]
        self.write({"deadly_ids": deadly, "suspect_id": 0, "page_tries": 2})

    def _tell_deadly(self, user):
        message = self.env._(
            "Odoo's worker ended %(count)s times while it took in User.com user %(user)s, who is "
            "therefore left out. Look in the server's log for the cause (often the memory or time "
            "limit of workers), mend it, then retry the row.",
            count=MOST_ORPHANINGS,
            user=user.id,
        )
        self.env["usercom.inbox"]._tell(self.backend_id, user, message)
