# ruff: noqa: F821
"""Fed to `odoo shell` for a template: attachments go into the database, as a copy of it needs."""

env["ir.config_parameter"].set_param("ir_attachment.location", "db")
env["ir.attachment"].force_storage()
env.cr.commit()
