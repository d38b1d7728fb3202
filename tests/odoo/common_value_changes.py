"""An account that keeps the history of fields."""

from odoo.tests import new_test_user

from .common import UsercomCase

EDITOR = "base.group_partner_manager,base.group_allow_export"


class ValueChangeCase(UsercomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pair(cls.backend, "city", "city")
        cls.backend.history_days = 30
        user = f"{EDITOR},usercom_connector.group_usercom_user"
        manager = f"{EDITOR},usercom_connector.group_usercom_manager"
        cls.marta = new_test_user(cls.env, "marta", user, name="Marta Nowak")
        cls.olga = new_test_user(cls.env, "olga", manager, name="Olga Wójcik")

    def noted(self, contact):
        """``[(attribute, from, to, direction, by)]`` of a contact, oldest first."""
        self.env.cr.flush()
        changes = self.env["usercom.value.change"].search(
            [("partner_id", "=", contact.id)], order="id"
        )
        return [
            (
                change.mapping_id.attribute_id.name_std,
                change.old_text,
                change.new_text,
                change.direction,
                change.author,
            )
            for change in changes
        ]

    def forget(self):
        """Start with an empty history."""
        self.env["usercom.value.change"].search([]).unlink()

    def many(self, number):
        """So many contacts that are at User.com already, with an empty history."""
        contacts = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(number)]
        )
        self.drain()
        self.forget()
        return contacts

    def statements(self):
        """How many statements of a drain concern the history."""
        with self.assertLogs("odoo.sql_db", "DEBUG") as queries:
            self.drain()
        return sum("usercom_value_change" in line for line in queries.output)

    def mapping(self, attribute):
        return self.backend.mapping_ids.filtered(lambda m: m.attribute_id.name_std == attribute)

    def entries(self, contact, reader):
        """What the contact's history shows to the reader of values that were moved."""
        self.env.cr.flush()
        self.env.invalidate_all()
        action = contact.with_user(reader).action_usercom_history()
        history = self.env[action["res_model"]].with_user(reader)
        return history.search([*action["domain"], ("kind", "=", "value")])
