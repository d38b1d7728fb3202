from .services.consents.chain import UNGUARD


def uninstall_hook(env):
    """Remove what Odoo does not know to be this app's: its system parameter, and a function.

    Odoo itself removes the accounts with their jobs and queues. Contacts stay as they are, but for
    the built-in User.com id; User.com is not called.
    """
    env["ir.config_parameter"].search([("key", "=", "usercom_connector.api_url")]).unlink()
    env.cr.execute(UNGUARD)
