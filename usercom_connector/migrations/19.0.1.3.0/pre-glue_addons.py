"""Leads and mailing lists are addons of their own now: each takes over what is its own."""

import json

from lxml import etree

LEADS = ["selection__usercom_backend__new_user_policy__lead"]
LISTS = [
    "field_usercom_backend__opt_out_lists",
    "field_res_config_settings__usercom_opt_out_lists",
]


def migrate(cr, _version):
    """Where an app is installed, its addon is installed within this upgrade.

    Odoo installs an addon that is new and `auto_install` with its app only, not with an upgrade.
    """
    if _is_installed(cr, "crm"):
        _move(cr, "usercom_connector_crm", LEADS)
    else:  # nobody became a lead before, either
        cr.execute(
            "UPDATE usercom_backend SET new_user_policy = 'create' WHERE new_user_policy = 'lead'"
        )
    if _is_installed(cr, "mass_mailing"):
        _move(cr, "usercom_connector_mass_mailing", LISTS)
    _take_lists_out_of_settings(cr)


def _is_installed(cr, app):
    cr.execute("SELECT state FROM ir_module_module WHERE name = %s", [app])
    return cr.fetchone() in [("installed",), ("to upgrade",), ("to install",)]


def _move(cr, addon, names):
    """Have ``addon`` installed, and let it own the XML ids ``names``, so that no value is lost."""
    cr.execute(
        """UPDATE ir_module_module SET state = 'to install'
            WHERE name = %s AND state IN ('uninstalled', 'to install')""",
        [addon],
    )
    if not cr.rowcount:
        raise RuntimeError(f"Put {addon} beside usercom_connector, then upgrade again.")
    cr.execute(
        """UPDATE ir_model_data SET module = %s
            WHERE module = 'usercom_connector' AND name = ANY(%s)""",
        [addon, names],
    )


def _take_lists_out_of_settings(cr):
    """The form of the settings is read before the view that extends it is brought up to date."""
    cr.execute(
        """SELECT v.id, v.arch_db FROM ir_ui_view v
             JOIN ir_model_data d ON d.model = 'ir.ui.view' AND d.res_id = v.id
            WHERE d.module = 'usercom_connector'
              AND d.name = 'res_config_settings_consent_view_form'"""
    )
    for view_id, texts in cr.fetchall():
        without = {language: _without_lists(text) for language, text in texts.items()}
        cr.execute(
            "UPDATE ir_ui_view SET arch_db = %s WHERE id = %s", [json.dumps(without), view_id]
        )


def _without_lists(text):
    arch = etree.fromstring(text)
    for setting in arch.xpath("//setting[@id='usercom_opt_out_lists']"):
        setting.getparent().remove(setting)
    return etree.tostring(arch, encoding="unicode")
