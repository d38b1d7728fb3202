import json

from odoo.api import SUPERUSER_ID, Environment

from odoo.addons.usercom_connector.services.consents.received import (
    received_answers,
    received_consents,
)
from odoo.addons.usercom_connector.services.inbox.prompts import Prompts, parse

KEYS = ("external_id", "custom_id", "email", "user_ref")
OLD = """
    SELECT id, backend_id, external_id, custom_id, email, user_ref,
           state = 'pending' AND claimed_at IS NULL AND partner_id IS NULL AS waits
      FROM usercom_inbox WHERE consents IS NULL AND state <> 'done' ORDER BY id"""


def migrate(cr, _version):
    """What waits or failed holds little from now on, and one row waits for a user.

    Before, each call was stored with all that it brought, up to 1 MiB. One is read at a time.
    """
    inbox, waiting = Environment(cr, SUPERUSER_ID, {})["usercom.inbox"], set()
    cr.execute(OLD)
    for row_id, backend_id, *keys, waits in cr.fetchall():
        call = Call(inbox, row_id, backend_id, dict(zip(KEYS, keys, strict=True)))
        if waits and call.whose in waiting:
            call.add_to_earlier()
        else:
            call.shrink()
        waiting |= {call.whose} if waits else set()
    inbox.invalidate_model()


class Call:
    """One row from before."""

    def __init__(self, inbox, row_id, backend_id, keys):
        self._inbox, self._id, self._keys = inbox, row_id, keys
        self._backend = inbox.env["usercom.backend"].browse(backend_id)
        self.whose = backend_id, keys["user_ref"]

    def add_to_earlier(self):
        """Bring the user's row up to date as a later call does, with its "no"s."""
        Prompts(self._backend).put(self._keys, self._payload())
        self._inbox.env.cr.execute("DELETE FROM usercom_inbox WHERE id = %s", [self._id])

    def shrink(self):
        """Keep only what is of use."""
        payload = self._payload()
        kept = Prompts(self._backend).stored_part(payload)
        consents = received_consents(received_answers(self._backend, payload), payload)
        self._inbox.env.cr.execute(
            "UPDATE usercom_inbox SET payload = %s, consents = %s WHERE id = %s",
            [kept, json.dumps(consents), self._id],
        )

    def _payload(self):
        """None without one, nothing of one that nests too deep to be read."""
        self._inbox.env.cr.execute(
            "SELECT payload::text FROM usercom_inbox WHERE id = %s", [self._id]
        )
        [(text,)] = self._inbox.env.cr.fetchall()
        return None if text is None else parse(text) or {}
