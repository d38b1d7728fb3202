"""What the code of another app may do to ours."""

from odoo.addons.usercom_connector.usercom import export_value


def another_app(value, *how):
    """A value that another app's code stumbles over."""
    if value == "Wrocław":
        raise TypeError("unheard of")
    return export_value(value, *how)
