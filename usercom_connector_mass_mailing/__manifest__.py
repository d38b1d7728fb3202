{
    "name": "User.com Connector: Mailing Lists",
    "summary": "The same people on mailing lists and on lists of User.com; opt-outs are heeded",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "usercom_connector contributors",
    "license": "LGPL-3",
    "depends": ["usercom_connector", "mass_mailing"],
    "data": [
        "security/ir.model.access.csv",
        "security/ir_rule.xml",
        "views/usercom_backend_webhook_views.xml",
        "views/usercom_list_mapping_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "auto_install": True,
}
