# ruff: noqa: F821
"""Fed to `odoo shell` for a template: what its copies would each compute or copy again.

Attachments go into the database, which makes a copy of it complete, and the pages' scripts and
styles are compiled.
"""

env["ir.config_parameter"].set_param("ir_attachment.location", "db")
env["ir.attachment"].force_storage()
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
