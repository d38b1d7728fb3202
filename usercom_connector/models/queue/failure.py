from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ...services.failures.dismissal import dismissed
from ...services.failures.problem import advice, titles
from ...services.notifications import told

WHO = {"outbox": "external_id", "inbox": "user_ref", "event": "key"}  # where there is no contact
QUEUES = tuple(WHO)
MOST_CONTACTS = 5000  # that are opened at once


class UsercomFailure(models.Model):
    """What failed in the queues, one line for all that failed alike: a view of failed rows."""

    _name = "usercom.failure"
    _inherit = "usercom.guarded"
    _description = "User.com Failure"
    _auto = False
    _log_access = False
    _rec_name = "error_code"
    _order = "rows desc, id"
    _depends = {
        queue: [
            "backend_id",
            "state",
            "error_code",
            "mapping_id",
            "is_ambiguous",
            "partner_id",
            "write_date",
        ]
        for queue in ("usercom.outbox", "usercom.inbox", "usercom.event")
    }

    backend_id = fields.Many2one("usercom.backend", "Account", readonly=True)
    queue = fields.Selection(
        [("outbox", "Sending"), ("inbox", "Receiving"), ("event", "Events")],
        "Direction",
        readonly=True,
    )
    error_code = fields.Selection(lambda self: titles(self.env), "Error", readonly=True)
    mapping_id = fields.Many2one("usercom.field.mapping", "Field Mapping", readonly=True)
    rows = fields.Integer("Entries", readonly=True)
    people = fields.Integer("Contacts", readonly=True)
    is_ambiguous = fields.Boolean("Ambiguous", readonly=True)
    has_contacts = fields.Boolean(readonly=True)
    since = fields.Datetime(readonly=True)
    last_at = fields.Datetime("Last Time", readonly=True)
    advice = fields.Text("How to Fix It", compute="_compute_advice")

    @property
    def _table_query(self):
        """The failed rows of all queues, grouped; an id is the same as long as its kind is."""
        return SQL(" UNION ALL ").join(self._grouped(queue) for queue in QUEUES)

    @api.model
    def _grouped(self, queue):
        return SQL(
            """SELECT hashtext(concat_ws(' ', %(queue)s, backend_id, code, mapping_id,
                                         is_ambiguous))
                          & 2147483647 AS id,
                      %(queue)s AS queue, backend_id, code AS error_code, mapping_id,
                      is_ambiguous,
                      count(*) AS rows, count(DISTINCT who) AS people,
                      bool_or(is_contact) AS has_contacts,
                      min(write_date) AS since, max(write_date) AS last_at
                 FROM (SELECT backend_id, coalesce(error_code, 'other') AS code, mapping_id,
                              write_date, partner_id IS NOT NULL AS is_contact,
                              coalesce(is_ambiguous, false) AS is_ambiguous,
                              coalesce(partner_id::text, 'user ' || %(who)s) AS who
                         FROM %(table)s WHERE state = 'failed') f
                GROUP BY backend_id, code, mapping_id, is_ambiguous""",
            queue=queue,
            who=SQL.identifier(WHO[queue]),
            table=SQL.identifier(f"usercom_{queue}"),
        )

    @api.depends("error_code")
    @api.depends_context("lang")
    def _compute_advice(self):
        for failure in self:
            failure.advice = advice(self.env, failure.error_code)

    # ---- the rows behind a line ----

    def _rows_of(self, queue):
        """The failed rows of one queue that these lines stand for."""
        lines = self.filtered(lambda failure: failure.queue == queue)
        kinds = Domain.OR(Domain(line._kind()) for line in lines)
        return self.env[f"usercom.{queue}"].search(kinds)

    def _kind(self):
        """The domain of the rows of one line, for an action as well."""
        codes = [self.error_code, False] if self.error_code == "other" else [self.error_code]
        return [
            ("state", "=", "failed"),
            ("backend_id", "=", self.backend_id.id),
            ("error_code", "in", codes),
            ("mapping_id", "=", self.mapping_id.id),
            ("is_ambiguous", "=", self.is_ambiguous),
        ]

    def action_open_entries(self):
        """Open the failed entries of the line."""
        self._check_manager()
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"usercom_connector.usercom_{self.queue}_action"
        )
        return action | {"domain": self._kind(), "context": {"create": False}}

    def action_open_contacts(self):
        """Open the contacts that the line is about; very many of them are cut short."""
        self._check_manager()
        self.ensure_one()
        rows = self.env[f"usercom.{self.queue}"]
        found = rows._read_group(
            [*self._kind(), ("partner_id", "!=", False)], ["partner_id"], limit=MOST_CONTACTS
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Contacts"),
            "res_model": "res.partner",
            "view_mode": "list,kanban,form",
            "mobile_view_mode": "kanban",
            "domain": [("id", "in", [partner.id for (partner,) in found])],
            "context": {"active_test": False, "create": False},
        }

    def action_retry(self):
        """Send round again all that failed like this; returns a notification."""
        self._check_manager()
        found = [self._rows_of(queue) for queue in QUEUES]
        for rows in found:
            rows.action_retry()
        text = self.env._("Queued again: %s.", sum(map(len, found)))
        return told(self.env, text, self.backend_id)

    def action_dismiss(self):
        """Close all that failed like this as decided, but for what carries a refusal."""
        self._check_manager()
        return dismissed([self._rows_of(queue).sudo() for queue in QUEUES])

    def _check_manager(self):
        self.check_access("read")
        if not self.env.user.has_group("usercom_connector.group_usercom_manager"):
            raise AccessError(
                self.env._("Only User.com managers may retry or dismiss what failed.")
            )
