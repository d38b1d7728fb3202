# ruff: noqa: F821
"""Fed to `odoo shell` for a template: its pages' scripts and styles, compiled once for all copies.

Attachments go into the database, as in what it was made of: modules have brought further ones.
"""

env["ir.attachment"].force_storage()
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
