{
    "name": "User.com Connector: Example of an Extension",
    "summary": "Uses each hook of the connector once; explained in docs/development.md",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "usercom_connector contributors",
    "license": "LGPL-3",
    "depends": ["usercom_connector"],
}
