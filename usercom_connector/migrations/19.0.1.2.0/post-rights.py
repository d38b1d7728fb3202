from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, _version):
    """Pairs of fields that may be paired no more stand still until somebody looks at them."""
    env = Environment(cr, SUPERUSER_ID, {})
    env["usercom.field.mapping"].search([])._recheck()
    env.flush_all()
