{
    "name": "User.com Connector: Leads",
    "summary": "People who are new in User.com become leads too",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "usercom_connector contributors",
    "license": "LGPL-3",
    "depends": ["usercom_connector", "crm"],
    "auto_install": True,
}
