"""Lists of users: the sweeps of an account and the calls that they make."""

from datetime import timedelta

from odoo import fields

from .common import UsercomCase


class ListCase(UsercomCase):
    def sweep(self, kind):
        return self.env["usercom.sweep"]._of(self.backend, kind)

    def due(self, kind, since_hours=24):
        """Let the next drain begin a sweep of this kind, as if so much time had passed."""
        earlier = fields.Datetime.now() - timedelta(hours=since_hours)
        self.sweep(kind).write({"started_at": earlier - timedelta(days=7), "read_until": earlier})

    def let_a_minute_pass(self):
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE usercom_inbox SET write_date = write_date - interval '1 minute',
                      create_date = create_date - interval '1 minute',
                      next_attempt_at = next_attempt_at - interval '1 minute'"""
        )
        self.env.invalidate_all()

    def pages(self):
        return [
            call
            for call in self.calls("GET")
            if call.startswith(("GET /users/search", "GET /users/?"))
        ]

    def lists(self):
        return [call for call in self.calls("GET") if call in ("GET /users/search/", "GET /users/")]

    def contacts_of(self, *user_ids):
        bindings = self.env["usercom.binding"].search(
            [("backend_id", "=", self.backend.id), ("external_id", "in", user_ids)]
        )
        return bindings.partner_id
