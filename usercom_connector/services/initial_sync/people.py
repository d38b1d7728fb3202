"""The people of an initial sync: who takes part, and the lines of contacts without a user."""

from typing import Any

from odoo.fields import Domain
from odoo.tools import SQL

from ...usercom import User


def label(user: User) -> str | None:
    """What a user is called in the lists; None where nothing is known to call it by."""
    return user.email or user.name or user.phone_number


def recognizable(users: list[User]) -> list[User]:
    """The ``users`` who have something to recognize them by."""
    return [user for user in users if label(user)]


class Contacts:
    """The contacts that were chosen for an initial sync."""

    def __init__(self, sync: Any) -> None:
        self.sync = sync
        self.env = sync.env

    def domain(self) -> Domain:
        """The chosen ones, of those that take part."""
        return self.sync.backend_id._partner_domain() & self.sync._domain()

    def count(self) -> int:
        count: int = self.sync.backend_id._partners().search_count(self.domain())
        return count

    def add_unmet(self, only_new: bool = False) -> int:
        """Add a line for each chosen contact without one; by SQL, however many there are.

        ``only_new``: for those without a user. Returns how many.
        """
        active = Domain("active", "=", True)
        contacts = self.sync.backend_id._partners()._search(self.domain() & active)
        self.env.flush_all()
        self.env.cr.execute(self._insertion(contacts.subselect(), only_new))
        count = self.env.cr.rowcount
        self._mark_sharers()
        self.env["usercom.sync.line"].invalidate_model()
        return count

    def _insertion(self, contacts: SQL, only_new: bool) -> SQL:
        return SQL(
            """INSERT INTO usercom_sync_line
                      (sync_id, kind, partner_id, external_id, sends, create_date, write_date)
               SELECT %(sync)s, CASE WHEN b.external_id > 0 THEN 'missing' ELSE 'new_there' END,
                      p.id, nullif(b.external_id, 0), b.external_id IS NULL,
                      now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                 FROM res_partner p
                 LEFT JOIN usercom_binding b
                   ON b.partner_id = p.id AND b.backend_id = %(backend)s
                WHERE p.id IN %(contacts)s AND b.state IS DISTINCT FROM 'erased'
                  AND (%(all)s OR coalesce(b.external_id, 0) = 0)
                  AND NOT EXISTS (SELECT FROM usercom_sync_line l
                                   WHERE l.sync_id = %(sync)s AND l.partner_id = p.id)
                ORDER BY p.id""",
            sync=self.sync.id,
            backend=self.sync.backend_id.id,
            contacts=contacts,
            all=not only_new,
        )

    def _mark_sharers(self) -> None:
        """Of contacts with one e-mail address only the first can be User.com's."""
        message = self.env._("%s has the same e-mail address, and is the User.com user.")
        self.env.cr.execute(
            SQL(
                """UPDATE usercom_sync_line l
                      SET kind = 'ambiguous', problems = replace(%(message)s, '%%s', r.mark)
                     FROM usercom_sync_line n JOIN res_partner p ON p.id = n.partner_id, LATERAL (
                          SELECT '[contact ' || q.id || ']' AS mark
                            FROM res_partner q
                            JOIN usercom_sync_line o ON o.partner_id = q.id
                           WHERE q.email_normalized = p.email_normalized
                             AND o.sync_id = n.sync_id AND o.id < n.id
                           ORDER BY o.id LIMIT 1) r
                    WHERE l.id = n.id AND n.sync_id = %(sync)s AND n.kind = 'new_there'
                      AND n.result IS NULL""",
                message=message,
                sync=self.sync.id,
            )
        )
