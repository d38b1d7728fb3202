from odoo.api import SUPERUSER_ID, Environment

from odoo.addons.usercom_connector.services.database.identity import DatabaseIdentity


def migrate(cr, _version):
    """Accounts whose database is the one they know remember the further marks of it at once.

    A copy that kept the uuid cannot be told from the real database here: see docs/operations.md.
    """
    env = Environment(cr, SUPERUSER_ID, {})
    identity = DatabaseIdentity(env)
    marks = identity.remember() if identity.has_files() else identity.current()
    cr.execute("SELECT id FROM usercom_backend WHERE database_uuid = %s", [marks["uuid"]])
    env["usercom.backend"].browse(row_id for (row_id,) in cr.fetchall()).database_marks = marks
