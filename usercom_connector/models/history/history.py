from odoo import api, fields, models
from odoo.tools import SQL, drop_view_if_exists

from ...services.contacts.history_texts import HistoryTexts
from ...services.contacts.texts import ContactText

# In the order of their numbers in the ids of entries.
SOURCES = {
    "outbox": "usercom.outbox",
    "inbox": "usercom.inbox",
    "sync": "usercom.sync.line",
    "conflict": "usercom.conflict",
    "consent": "usercom.consent.log",
    "event": "usercom.event",
    "value": "usercom.value.change",
}
KINDS = list(SOURCES)
WITH_FORM = ("outbox", "inbox", "sync", "event")
LOOKED_AT = ("company_id", "kind", "mapping_id", "label_id", "partner_id")  # by the rules of access
SPREAD = 8  # ids of the view to each id of a source

ENTRIES = """
    SELECT o.id::bigint * 8 AS id, 'outbox' AS kind, o.id AS source_id, o.partner_id,
           o.backend_id, b.company_id, coalesce(o.write_date, o.create_date) AS happened_at,
           o.state, o.error, o.mapping_id, NULL::int AS label_id
      FROM usercom_outbox o JOIN usercom_backend b ON b.id = o.backend_id
     UNION ALL
    SELECT i.id::bigint * 8 + 1, 'inbox', i.id, i.partner_id,
           i.backend_id, b.company_id, coalesce(i.write_date, i.create_date), i.state, i.error,
           i.mapping_id, NULL
      FROM usercom_inbox i JOIN usercom_backend b ON b.id = i.backend_id
     WHERE i.partner_id IS NOT NULL
     UNION ALL
    SELECT i.id::bigint * 8 + 1, 'inbox', i.id, l.partner_id,
           i.backend_id, b.company_id, coalesce(i.write_date, i.create_date), i.state, i.error,
           i.mapping_id, NULL
      FROM usercom_binding l
      JOIN usercom_inbox i ON i.backend_id = l.backend_id AND i.external_id = l.external_id
      JOIN usercom_backend b ON b.id = i.backend_id
     WHERE i.partner_id IS NULL AND i.state = 'pending' AND l.external_id > 0
     UNION ALL
    SELECT l.id::bigint * 8 + 2, 'sync', l.id, l.partner_id,
           s.backend_id, b.company_id, coalesce(l.write_date, l.create_date), l.result, l.problems,
           NULL, NULL
      FROM usercom_sync_line l JOIN usercom_sync s ON s.id = l.sync_id
      JOIN usercom_backend b ON b.id = s.backend_id
     UNION ALL
    SELECT c.id::bigint * 8 + 3, 'conflict', c.id, c.partner_id,
           c.backend_id, b.company_id, c.create_date, c.state, NULL, c.mapping_id, NULL
      FROM usercom_conflict c JOIN usercom_backend b ON b.id = c.backend_id
     UNION ALL
    SELECT g.id::bigint * 8 + 4, 'consent', g.id, g.partner_id,
           g.backend_id, g.company_id, g.create_date, NULL, NULL, NULL, NULL
      FROM usercom_consent_log g
     UNION ALL
    SELECT e.id::bigint * 8 + 5, 'event', e.id, e.partner_id,
           e.backend_id, b.company_id, coalesce(e.write_date, e.create_date), e.state, e.error,
           e.mapping_id, NULL
      FROM usercom_event e JOIN usercom_backend b ON b.id = e.backend_id
     WHERE e.partner_id IS NOT NULL
     UNION ALL
    SELECT v.id::bigint * 8 + 6, 'value', v.id, v.partner_id,
           v.backend_id, b.company_id, v.create_date, v.direction, NULL, v.mapping_id,
           v.label_id
      FROM usercom_value_change v JOIN usercom_backend b ON b.id = v.backend_id"""


class UsercomHistory(models.Model):
    """All that happened to a contact between Odoo and User.com, as one list: a view, read only.

    An entry is a record of another model, and those who may read that see it here.
    """

    _name = "usercom.history"
    _inherit = ["usercom.about.contact", "usercom.about.value"]
    _description = "User.com History"
    _auto = False
    _order = "happened_at desc, id desc"
    _rec_name = "kind"
    _fixed_fields = ("company_id",)
    _depends = {
        "usercom.backend": ["company_id"],
        "usercom.binding": ["backend_id", "partner_id", "external_id"],
        "usercom.outbox": ["backend_id", "partner_id", "state", "error", "mapping_id"],
        "usercom.inbox": [
            "backend_id",
            "partner_id",
            "external_id",
            "state",
            "error",
            "mapping_id",
        ],
        "usercom.sync": ["backend_id"],
        "usercom.sync.line": ["sync_id", "partner_id", "result", "problems"],
        "usercom.conflict": ["backend_id", "partner_id", "state", "mapping_id"],
        "usercom.consent.log": ["company_id", "backend_id", "partner_id"],
        "usercom.event": ["backend_id", "partner_id", "state", "error", "mapping_id"],
        "usercom.value.change": [
            "backend_id",
            "partner_id",
            "mapping_id",
            "label_id",
            "direction",
        ],
    }

    kind = fields.Selection(
        [
            ("outbox", "Outbox"),
            ("inbox", "Inbox"),
            ("sync", "Initial sync"),
            ("conflict", "Conflict"),
            ("consent", "Consent"),
            ("event", "Event"),
            ("value", "Value"),
        ],
        "What",
        readonly=True,
    )
    source_id = fields.Integer("Record", readonly=True, aggregator=False)
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True)
    backend_id = fields.Many2one("usercom.backend", "Account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    happened_at = fields.Datetime("When", readonly=True)
    state = fields.Selection("_states", readonly=True)
    error = ContactText("Error", readonly=True)
    mapping_id = fields.Many2one("usercom.field.mapping", "Field", readonly=True)
    label_id = fields.Many2one("usercom.label", "Tag or List", readonly=True)
    details = fields.Text(compute="_compute_details")

    def init(self):
        drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            SQL("CREATE VIEW %s AS (%s)", SQL.identifier(self._table), SQL(ENTRIES))
        )

    @api.model
    def _states(self):
        """The states of all sources, each with the label that it has there."""
        sources = [self.env[name] for name in SOURCES.values()]
        described = [
            source._fields[name]._description_selection(self.env)
            for source in sources
            for name in ("state", "result", "direction")
            if name in source._fields
        ]
        return list({code: (code, label) for codes in described for code, label in codes}.values())

    @api.model
    @api.private
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        """Fetch what the rules of access look at as well, not once more by the ids."""
        names = field_names and list({*field_names, *LOOKED_AT})
        return super().search_fetch(domain, names, offset=offset, limit=limit, order=order)

    def _compute_details(self):
        texts = HistoryTexts(self.env)
        for kind, entries in self.grouped(lambda entry: entry._source_kind()).items():
            sources = self.env[SOURCES[kind]].browse(entry.id // SPREAD for entry in entries)
            found = texts.of(kind, sources)
            for entry in entries:
                entry.details = found.get(entry.id // SPREAD)

    def _source_kind(self):
        """The kind as the id tells it: an entry is not read by its id, which no index finds."""
        return KINDS[self.id % SPREAD]

    def _source(self):
        """The record that the entry stands for, empty if it is no more there."""
        return self.env[SOURCES[self._source_kind()]].browse(self.id // SPREAD).exists()

    def action_open_source(self):
        """Open the record that the entry stands for: its form, if it has one."""
        self.ensure_one()
        kind, source = self._source_kind(), self._source()
        source.check_access("read")
        action = {"type": "ir.actions.act_window", "res_model": source._name}
        if kind in WITH_FORM:
            return action | {"res_id": source.id, "views": [(False, "form")]}
        shown = {"name": source._description, "views": [(False, "list")]}
        return action | shown | {"domain": [("id", "=", source.id)]}
