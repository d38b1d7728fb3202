"""A value that is emptied in Odoo stays empty, also where User.com takes no notice of null."""

from .common_mappings import MappingCase


class TestClearing(MappingCase):
    def setUp(self):
        super().setUp()
        self.define("Since", "date")
        self.custom_field("x_since", "date")
        self.pair(self.backend, "x_since", "since")
        self.customer = self.synced(email="jan@example.org", x_since="2020-05-17")
        self.simulator.settings(null_value="ignore")

    def clear(self):
        """Clear the date in Odoo; User.com calls about the user afterwards."""
        self.customer.x_since = False
        self.drain()
        self.receive(id=self.binding(self.customer).external_id)
        self.drain()

    def there(self):
        return self.remote(self.customer)["attributes"]["since"]

    def test_a_date_is_cleared(self):
        self.clear()
        self.assertFalse(self.customer.x_since or self.there())
        self.assertEqual(self.customer.usercom_state, "synced")

    def test_a_date_that_cannot_be_cleared_does_not_come_back_and_is_told(self):
        self.simulator.fault(kind="status", status=405, path="/users/*/remove_attribute/")
        self.customer.x_since = False
        self.drain()
        self.assertIn("x_since", self.binding(self.customer).last_error)
        self.clear()
        self.assertFalse(self.customer.x_since)
        self.assertEqual(self.there(), "2020-05-17")
