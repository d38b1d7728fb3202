def uninstall_hook(env):
    """Remove what Odoo does not know to be this app's: its jobs and its system parameter.

    Contacts stay as they are, but for the User.com id; User.com is not called.
    """
    backends = env["usercom.backend"].search([])
    crons = backends.cron_id
    backends.cron_id = False
    crons.unlink()
    env["ir.config_parameter"].search([("key", "=", "usercom_connector.api_url")]).unlink()
