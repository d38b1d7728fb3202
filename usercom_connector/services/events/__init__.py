"""What happened in Odoo and is told to User.com: events, product events, deals and products."""
