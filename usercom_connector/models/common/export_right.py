from odoo.exceptions import AccessError


def check_may_export(env):
    """Refuse a file of contacts to whom Odoo refuses its own Export."""
    if not (env.is_admin() or env.user.has_group("base.group_allow_export")):
        raise AccessError(
            env._("You may not export contacts. Ask an administrator for the access right Export.")
        )
