{
    "name": "User.com Connector: Mailing Lists",
    "summary": "Who opts out of a mailing list wants no e-mail in User.com either, and vice versa",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "usercom_connector contributors",
    "license": "LGPL-3",
    "depends": ["usercom_connector", "mass_mailing"],
    "data": ["views/res_config_settings_views.xml"],
    "auto_install": True,
}
