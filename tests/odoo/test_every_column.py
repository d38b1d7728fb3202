"""Each column of ours that may hold a text: whose texts are taken away, and what stays.

A column that is added is met by itself: it has to be emptied, or named here as one that stays.
"""

import json
from contextlib import suppress

import psycopg2

from odoo.modules.neutralize import get_neutralization_queries
from odoo.tools import SQL, mute_logger

from .common_rights import RightsCase

TRACE = "zqtrace"
MODULES = ["usercom_connector", "usercom_connector_mass_mailing", "usercom_connector_sale"]
# What an administrator has entered, and what User.com calls its own things.
SETTINGS = {
    "usercom.attribute": {"name", "choices", "shown_by"},
    "usercom.attribute.creation": {"name", "choices"},
    "usercom.backend": {
        *("subdomain", "linked_subdomain", "partner_domain", "tag_prefix", "list_prefix"),
        *("opt_out_lists", "product_id_prefix", "webhook_findings", "pause_reason"),
    },
    "usercom.field.mapping": {
        *("path", "summary_domain", "yes_text", "no_text", "separator", "when_empty"),
    },
    "usercom.field.mapping.value": {"odoo_key", "usercom_value"},
    "usercom.label": {"name", "name_key"},
    "usercom.order.stage": {"event_name"},
    "usercom.sync": {"domain"},
}
# Numbers, ids, moments and digests: nobody can be read from them.
ANONYMOUS = {
    "usercom.binding": {"told_at", "remote_updated_at", "former_ids"},
    "usercom.brake": {"counts", "opened", "asked_kind", "asked_reason"},
    "usercom.company": {"remote_updated_at"},
    "usercom.consent.chain": {"head"},
    "usercom.consent.log": {"chain_hash", "subject", "salt"},
    "usercom.order": {"told_states", "digest", "lines", "order_state"},
    "usercom.order.history": {"imports"},
    "usercom.order.history.line": {"digest", "name"},
    "usercom.product": {"digest"},
    "usercom.segment": {"deadly_ids"},
    "usercom.sweep": {"deadly_ids"},
    "usercom.sync": {"csv_column_sets", "deadly_ids", "import_ids"},
    "usercom.tombstone": {"email_hash"},
    "usercom.touched": {"record_ids", "path"},
}
STAYS = {
    name: SETTINGS.get(name, set()) | ANONYMOUS.get(name, set())
    for name in SETTINGS.keys() | ANONYMOUS.keys()
}


class ColumnsCase(RightsCase):
    def columns(self):
        """``(model, field)`` of each column that may hold a text or JSON."""
        for name in self.model_names():
            model = self.env[name]
            for field in model._fields.values() if model._auto else ():
                if field.store and field.column_type and field.type in ("char", "text", "json"):
                    yield model, field

    def fill(self, text):
        """Have all rows say ``text``, but where the database takes no text that is made up."""
        self.env.flush_all()
        for model, field in self.columns():
            value = json.dumps({"a": [text]}) if field.type == "json" else text
            names = SQL.identifier(model._table), SQL.identifier(field.name)
            with suppress(psycopg2.Error), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env.cr.execute(SQL("UPDATE %s SET %s = %s", *names, value))
        self.env.invalidate_all()

    def found(self, text):
        """``{model: names}`` of the columns in which the ``text`` is found."""
        self.env.flush_all()
        found = {}
        for model, field in self.columns():
            names = SQL.identifier(model._table), SQL.identifier(field.name)
            query = SQL("SELECT FROM %s WHERE %s::text ILIKE %s LIMIT 1", *names, f"%{text}%")
            if self.env.execute_query(query):
                found.setdefault(model._name, set()).add(field.name)
        return found


class TestNeutralized(ColumnsCase):
    def test_a_neutralized_copy_keeps_settings_and_what_names_nobody(self):
        self.fill(TRACE)
        self.assertGreater(len(self.found(TRACE)), 25)
        for query in get_neutralization_queries(MODULES):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertEqual(self.found(TRACE), STAYS)
