def migrate(cr, _version):
    """Where Sales is installed, the addon of orders is installed within this upgrade.

    Odoo installs an addon that is new and `auto_install` with its app only, not with an upgrade. No
    order is sent before somebody turns that on.
    """
    cr.execute(
        """UPDATE ir_module_module SET state = 'to install'
            WHERE name = 'usercom_connector_sale' AND state = 'uninstalled'
              AND EXISTS (SELECT FROM ir_module_module
                           WHERE name = 'sale'
                             AND state IN ('installed', 'to upgrade', 'to install'))"""
    )
