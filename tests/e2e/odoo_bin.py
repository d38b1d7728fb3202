"""Odoo's command as a file: a preforking server starts a part of itself from the same file."""

from odoo.cli import main

main()
