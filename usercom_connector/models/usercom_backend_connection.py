import re
import socket
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..services.alerts import Alerts
from ..services.database_identity import DatabaseIdentity
from ..services.error_texts import explain
from ..services.shared_hold import SharedHold
from ..services.unset_attributes import UnsetAttributes
from ..usercom import (
    Client,
    NotFoundError,
    ServerError,
    UnreachableError,
    UsercomError,
    shared_throttle,
)

DEFAULT_URL = "https://{subdomain}.user.com"
SYSTEM_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class UsercomBackendConnection(models.AbstractModel):
    """How an account is reached: its address, its key, and what it takes to run."""

    _name = "usercom.backend.connection"
    _description = "User.com Account: Connection"

    leaves_unset_out = fields.Boolean(
        "Leaves Out Unset Attributes",
        readonly=True,
        copy=False,
        help="Whether User.com's answers leave out custom attributes that are unset.",
    )

    # ---- address ----

    @api.model
    def _normalized(self, vals):
        """``vals`` with the system name taken out of whatever address was pasted."""
        if not vals.get("subdomain"):
            return vals
        return {**vals, "subdomain": self._system_name(vals["subdomain"])}

    @api.model
    def _system_name(self, text):
        """The system name in ``acme``, ``acme.user.com`` or a whole address of User.com."""
        typed = text.strip().lower()
        host = self._host(typed)
        name = host.removesuffix(".user.com")
        if "." in name:
            raise ValidationError(
                self.env._(
                    "“%s” is not the address of a User.com account. It ends in .user.com, such as "
                    "acme.user.com.",
                    text,
                )
            )
        if not SYSTEM_NAME.fullmatch(name) or (name == host and name != typed):
            raise ValidationError(
                self.env._(
                    "“%s” is not a system name. It is the first part of your User.com address, "
                    "such as “acme” in acme.user.com: letters, digits and hyphens only.",
                    text,
                )
            )
        return name

    @api.model
    def _host(self, typed):
        """The host name in an address, empty if it is none of a web page."""
        try:
            parts = urlsplit(typed if "//" in typed else f"https://{typed}")
            is_plain = parts.scheme in ("http", "https") and not parts.username and not parts.port
        except ValueError:
            return ""
        return parts.hostname or "" if is_plain else ""

    def _base_url(self):
        template = self.env["ir.config_parameter"].sudo().get_param("usercom_connector.api_url")
        return (template or DEFAULT_URL).replace("{subdomain}", self.subdomain or "")

    # ---- calls ----

    def _client(self):
        """A ``usercom.Client`` of this account; close it after use."""
        self.ensure_one()
        account = self.sudo()
        if not account.subdomain or not account.api_key:
            raise UserError(self.env._("Enter the system name and the API key first."))
        SharedHold(account).seconds()  # what another process has heard holds back this one, too
        return Client(
            account._base_url(),
            account.api_key,
            throttle=account._throttle(),
            left_out=UnsetAttributes(account).left_out(),
        )

    def _throttle(self):
        """What all of this process share that call for this account."""
        return shared_throttle(self.env.cr.dbname, self.id, self.rate_limit)

    def _remote_clock(self):
        """User.com's clock."""
        return self._throttle().remote_clock

    def _ask(self, question):
        """What ``question(client)`` returns; failures are told in words, and a copy asks not."""
        self._check_may_send()
        return self._ask_unproven(question)

    def _ask_unproven(self, question):
        try:
            with self._client() as client:
                return question(client)
        except UsercomError as error:
            SharedHold(self).seconds()
            raise UserError(self._explain(error)) from error

    def _explain(self, error):
        """Why the account could not be asked, and what to do about it."""
        url = self._base_url()
        if isinstance(error, UnreachableError) and not _is_known_host(url):
            return self.env._(
                "There is no address %s. Check the system name, and that this server can reach the "
                "internet.",
                url,
            )
        if isinstance(error, NotFoundError) or (
            isinstance(error, ServerError) and error.status < 500
        ):
            return self.env._(
                "No User.com account answers at %s. Check the system name: it is the first part of "
                "the address you see when you work in User.com.",
                url,
            )
        return explain(self.env, error)

    # ---- buttons ----

    def action_authenticate(self):
        """Try the key, fetch the attributes, and take a paused account up again."""
        self.ensure_one()
        self._check_administrator()
        attributes = self._ask_unproven(self._verify_key)
        self.sudo()._authenticated(attributes)
        return self._notify(
            self.env._("Connected to %s", self._base_url()),
            self.env._("Attributes found: %s.", len(attributes)),
        )

    def _verify_key(self, client):
        """The attributes, once the key has proven to open all that is needed."""
        account = client.probe()
        if not account.can_write:
            raise UserError(
                self.env._(
                    "The API key may read but not write. Give it write access too in User.com: "
                    "Settings → App settings → Advanced → Public API."
                )
            )
        if not account.can_read:
            raise UserError(
                self.env._(
                    "The API key may write but not read. Give it read access too in User.com: "
                    "Settings → App settings → Advanced → Public API."
                )
            )
        self._look_at_custom_ids(client)
        return self._read_attributes(client)

    def _read_attributes(self, client):
        return client.attributes(self.env["usercom.field.mapping"]._type_table())

    def _authenticated(self, attributes):
        self._adopt_system()
        is_new = self.state == "draft"
        state = {"draft": "authenticated", "paused": "running"}.get(self.state, self.state)
        self.write({"state": state, "pause_reason": False})
        self._remember_database()
        self.env["usercom.attribute"].sudo()._store(self, attributes)
        if is_new:
            self._pair_unsubscribed()
        self._wake()

    def action_fetch_attributes(self):
        """Fetch the attributes as they now are in User.com."""
        self.ensure_one()
        self._check_manager()
        self._check_may_send()
        attributes = self._ask(self._read_attributes)
        self.env["usercom.attribute"].sudo()._store(self, attributes)
        title = self.env._("Attributes found: %s", len(attributes))
        if broken := self.mapping_ids.filtered("is_broken"):
            message = self.env._("Mappings that need attention: %s.", len(broken))
            return self._notify(title, message, kind="warning")
        return self._notify(title)

    def action_run(self):
        self._check_administrator()
        for backend in self:
            if backend.state == "draft":
                raise UserError(self.env._("Authenticate first: the connection is not proven yet."))
            backend._check_may_send()
        self.sudo().write({"state": "running", "pause_reason": False})
        self._wake()

    def action_pause(self):
        self._check_administrator()
        self.filtered(lambda backend: backend.state == "running").sudo().state = "paused"

    def _check_administrator(self):
        self.check_access("write")

    def _check_manager(self):
        """Whoever may change the mappings of an account may ask User.com about them."""
        self.check_access("read")
        self.env["usercom.field.mapping"].check_access("create")

    def _check_may_send(self):
        if refusal := self._refusal_to_send():
            raise UserError(refusal)

    # ---- other credentials ----

    def _whose_credentials_change(self, vals):
        """The accounts that ``vals`` give another system name or key."""
        new = {name: vals[name] for name in ("subdomain", "api_key") if name in vals}
        return self.filtered(lambda backend: any(backend.sudo()[n] != new[n] for n in new))

    def _require_reauthentication(self):
        """Stand still until the new credentials have proven themselves; the queues fill meanwhile,
        if they have before.
        """
        if known := self.filtered(lambda backend: backend.state in ("running", "paused")):
            known.sudo().write(
                {
                    "state": "paused",
                    "pause_reason": DatabaseIdentity(self.env).not_proven(),
                    "database_marks": False,
                    "leaves_unset_out": False,
                }
            )
        others = (self - known).filtered(lambda backend: backend.state != "draft")
        others.sudo().state = "draft"

    # ---- pausing ----

    def _pause(self, reason):
        """Stop until an administrator acts; the queues wait. Who never ran is not to go on so."""
        if self.state == "authenticated":
            self.state = "draft"
        if self.state in ("draft", "paused"):
            return
        self.write({"state": "paused", "pause_reason": reason})
        Alerts(self).begin("paused", reason)

    def _remember_database(self):
        """Remember by what this database is told from its copies."""
        self.sudo().database_marks = DatabaseIdentity(self.env).remember()

    def _refusal_to_send(self):
        """Why this database must not talk to User.com, or nothing: a copy is no business of it."""
        return DatabaseIdentity(self.env).refusal(self.sudo().database_marks)

    def _notify(self, title, message="", kind="success"):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": title,
                "message": message,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


def _is_known_host(url):
    """Whether the name in ``url`` leads to an address."""
    try:
        socket.getaddrinfo(urlsplit(url).hostname, None)
    except (OSError, UnicodeError):
        return False
    return True
