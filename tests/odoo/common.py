"""What the Odoo tests share: an account connected to a real simulator, and ways to drive it."""

import time
from contextlib import nullcontext
from unittest.mock import patch

from odoo.tests import HttpCase, TransactionCase, tagged
from odoo.tools import SQL

from odoo.addons.usercom_connector.services.account.connection import Connection
from odoo.addons.usercom_connector.services.drain import drain as drain_module
from odoo.addons.usercom_connector.services.inbox.prompts import Prompts, keys_in, keys_of

from tests.pairs import PAIRS
from tests.simulator.process import Simulator

QUEUES = ("usercom_inbox", "usercom_outbox", "usercom_event")


class Leaps:
    """The clock of a drain that waits for nothing: the moment it would sleep for comes to it."""

    def __init__(self, cr):
        self._cr, self._leapt = cr, 0.0

    def monotonic(self):
        return time.monotonic() + self._leapt

    def sleep(self, seconds):
        self._leapt += seconds
        for queue in QUEUES if seconds else ():
            self._cr.execute(
                SQL(
                    """UPDATE %(queue)s
                          SET next_attempt_at = next_attempt_at - %(slept)s,
                              create_date = create_date - %(slept)s,
                              write_date = write_date - %(slept)s""",
                    queue=SQL.identifier(queue),
                    slept=SQL("%s * interval '1 second'", seconds),
                )
            )


@tagged("standard", "post_install", "-at_install")
class UsercomCase(TransactionCase):
    """A running account, a handful of mappings, and nobody at User.com yet."""

    simulator = Simulator()  # one for all classes of a run; it ends with its process

    @classmethod
    def setUpClass(cls):
        if not cls.simulator.url:
            cls.simulator.start(is_child=False)
        super().setUpClass()
        cls._fresh_simulator()
        cls.env["ir.config_parameter"].set_param("usercom_connector.api_url", cls.simulator.url)
        cls.backend = cls.account(cls.env.company)

    def setUp(self):
        super().setUp()
        self._fresh_simulator()
        self.startPatcher(patch.object(drain_module, "time", Leaps(self.cr)))

    @classmethod
    def _fresh_simulator(cls):
        cls.simulator.reset(rate_limit=0)
        cls.simulator.attribute("email_consent", "boolean")

    @classmethod
    def account(cls, company, subdomain="acme"):
        """A running account of ``company`` with the usual pairs."""
        backend = cls.env["usercom.backend"].create(
            {
                "company_id": company.id,
                "subdomain": subdomain,
                "api_key": cls.simulator.api_key,
                "rate_limit": 1000,
                "brake_share": 0,
            }
        )
        backend.action_authenticate()
        backend.action_run()
        pairs = [cls.pair_values(backend, field, attribute) for field, attribute in PAIRS]
        mappings = cls.env["usercom.field.mapping"].create(pairs)
        mappings.filtered(lambda m: m.field_name == "x_email_consent").is_consent = True
        return backend

    @classmethod
    def pair(cls, backend, field, attribute, **values):
        """A field mapping of ``backend``."""
        values = cls.pair_values(backend, field, attribute, **values)
        return cls.env["usercom.field.mapping"].create(values)

    @classmethod
    def pair_values(cls, backend, field, attribute, **values):
        attributes = backend.attribute_ids.filtered(lambda a: a.name_std == attribute)
        return {
            "backend_id": backend.id,
            "field_id": cls.env["ir.model.fields"]._get("res.partner", field).id,
            "attribute_id": attributes.id,
            **values,
        }

    def contact(self, **values):
        """A new contact, as a salesperson would enter it."""
        return self.env["res.partner"].create({"name": "Jan Kowalski", **values})

    def drain(self):
        """Let the account's cron run once, as Odoo's worker would."""
        self.env.cr.flush()
        http = isinstance(self, HttpCase)  # which is in this mode all the time
        with nullcontext() if http else self.enter_registry_test_mode():
            self.backend.cron_id.method_direct_trigger()
        self.env.invalidate_all()

    def merge_there(self, parent_id, *user_ids):
        """Somebody at User.com merges users into this one."""
        with Connection(self.backend).client() as client:
            client.merge_users(parent_id, list(user_ids))

    def pass_time(self, minutes=3):
        """Let so much time pass since users were created without an answer."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE usercom_binding SET unconfirmed_at = unconfirmed_at - %s * interval '1 minute'",
            [minutes],
        )
        self.env.invalidate_all()

    def synced(self, **values):
        """A contact that is at User.com already."""
        contact = self.contact(**values)
        self.drain()
        self.simulator.clear_journal()
        return contact

    def unsent(self, **values):
        """A contact that was there before the account was started."""
        self.backend.state = "authenticated"
        contact = self.contact(**values)
        self.env.cr.flush()
        self.backend.state = "running"
        return contact

    def binding(self, contact):
        return contact.usercom_binding_ids.filtered(lambda b: b.backend_id == self.backend)

    def remote(self, contact):
        """The user of ``contact`` as User.com has it."""
        return self.simulator.user(self.binding(contact).external_id)

    def calls(self, method=None):
        """``["METHOD /path/"]`` of the API calls since the journal was cleared."""
        entries = self.simulator.journal(kind="request")
        found = [f"{e['method']} {e['path'].removeprefix('/api/public')}" for e in entries]
        return [call for call in found if method is None or call.startswith(method)]

    def waiting(self, contact):
        """The pending outbox rows of ``contact``."""
        self.env.cr.flush()
        return self.env["usercom.outbox"].search(
            [("partner_id", "=", contact.id), ("state", "=", "pending")]
        )

    def person(self, **values):
        """The id of a new user at User.com."""
        return self.simulator.seed({"email": "anna@example.org", **values})["ids"][0]

    def put(self, backend=None, **keys):
        """A stored webhook call about the user named by ``keys``."""
        return Prompts(backend or self.backend).put(keys_in(keys))

    def stored_call(self, payload, **keys):
        """A stored webhook call with this payload, which names the user if not ``keys`` do."""
        return Prompts(self.backend).put(keys_in(keys) or keys_of(payload), payload)

    def receive(self, **keys):
        """A webhook call about the user named by ``keys``, worked off."""
        row = self.put(**keys)
        self.drain()
        return row

    def change_there(self, contact, **values):
        """The user of ``contact`` changes, and a call tells of it; then all come to rest."""
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, **values)
        self.simulator.clear_journal()
        self.receive(id=user_id)
        for _run in range(2):
            self.drain()

    def found(self, email="anna@example.org"):
        return self.env["res.partner"].search([("email", "=", email)])
