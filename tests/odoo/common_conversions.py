"""What tests of conversions share: people with a value, and what is sent of it."""

from hypothesis import HealthCheck, settings

from .common_mappings import MappingCase

quick = settings(
    max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


class ConversionCase(MappingCase):
    number = 0

    def setUp(self):
        super().setUp()
        self.define("Text", "string")

    def industry(self, name):
        return self.env["res.partner.industry"].create({"name": name})

    def somebody(self, **values):
        ConversionCase.number += 1
        return self.synced(email=f"c{ConversionCase.number}@example.org", **values)

    def value(self, contact, key="text"):
        return self.remote(contact)["attributes"].get(key)

    def writes(self):
        return [call for call in self.calls() if not call.startswith("GET")]

    def table(self, mapping, **texts):
        """Enter ``{name in Odoo: text in User.com}``; the other values are not sent."""
        for line in mapping.value_ids:
            line.usercom_value = texts.get(line.odoo_name)
