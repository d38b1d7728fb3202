# ruff: noqa: F821
"""Fed to `odoo shell` for the tests' template: a consent of the company's own.

A manual field, as an administrator adds it: none of Odoo's own fields is a consent of contacts.
"""

env["ir.model.fields"].create(
    {
        "model_id": env["ir.model"]._get_id("res.partner"),
        "name": "x_email_consent",
        "field_description": "E-mail consent",
        "ttype": "boolean",
    }
)
env.cr.commit()
