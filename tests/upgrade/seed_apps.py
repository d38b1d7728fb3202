# ruff: noqa: F821
"""Fed to `odoo shell` after a version's own seed: an account beside CRM and Email Marketing."""

if "mailing.list" in env:
    env["mailing.list"].create({"name": "News"})
env["usercom.backend"].search([]).write({"new_user_policy": "lead", "opt_out_lists": "News"})
env.cr.commit()
