{
    "name": "User.com Connector: Orders",
    "summary": "Sales orders become deals, events and purchases in User.com",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "usercom_connector contributors",
    "license": "LGPL-3",
    "depends": ["usercom_connector", "sale"],
    "data": [
        "security/ir.model.access.csv",
        "security/ir_rule.xml",
        "views/usercom_order_stage_views.xml",
        "views/usercom_order_history_line_views.xml",
        "views/usercom_order_history_views.xml",
        "views/usercom_backend_dashboard_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "auto_install": True,
}
