"""Companies of Odoo that are companies in User.com, and who is a member of them."""
