# ruff: noqa: F821
"""Fed to `odoo shell` for a template: compiles its pages' scripts and styles for all copies."""

env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
