from odoo.tools.sql import column_exists, rename_column

RENAMED = (
    ("usercom_outbox", "singly", "force_single"),
    ("usercom_sync_line", "singly", "force_single"),
    ("usercom_sync", "fillings", "csv_column_sets"),
)


def migrate(cr, _version):
    """Columns under the names that their fields have now."""
    for table, former, name in RENAMED:
        if column_exists(cr, table, former):
            rename_column(cr, table, former, name)
