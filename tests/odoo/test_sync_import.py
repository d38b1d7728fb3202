"""An initial sync from User.com to Odoo only: what goes the other way all the same."""

from .common_sync import SyncCase


class TestWithdrawn(SyncCase):
    def setUp(self):
        super().setUp()
        self.pair(self.backend, "city", "city")
        self.pair(self.backend, "zip", "region", direction="export")
        self.there = self.person(
            email="jan@example.org", first_name="Jan", region="Mazowsze", email_consent=True
        )
        self.contact_here = self.quietly(
            name="Jan", email="jan@example.org", city="Kraków", zip="30-001", x_email_consent=True
        )
        self.contact_here.x_email_consent = False
        self.env.cr.flush()
        self.waiting(self.contact_here).unlink()

    def user(self):
        return self.simulator.user(self.there)

    def test_a_withdrawn_consent_goes_and_nothing_else(self):
        sync = self.ran("import")
        self.assertIs(self.user()["attributes"]["email_consent"], False)
        self.assertEqual((self.user()["city"], self.user()["region"]), (None, "Mazowsze"))
        self.assertEqual(self.line(sync, partner_id=self.contact_here).result, "done")

    def test_what_was_left_is_a_conflict_and_settled_by_hand(self):
        self.ran("import")
        conflicts = self.env["usercom.conflict"].search(
            [("partner_id", "=", self.contact_here.id), ("winner", "=", "none")]
        )
        self.assertEqual(set(conflicts.mapped("mapping_id.field_name")), {"city", "zip"})
        self.assertEqual(set(conflicts.mapped("state")), {"open"})
        conflicts.action_keep_odoo()
        self.drain()
        self.assertEqual((self.user()["city"], self.user()["region"]), ("Kraków", "30-001"))

    def test_what_both_sides_have_is_no_conflict(self):
        self.contact_here.zip = "Mazowsze"
        self.env.cr.flush()
        self.waiting(self.contact_here).unlink()
        self.ran("import")
        apart = [("partner_id", "=", self.contact_here.id), ("winner", "=", "none")]
        found = self.env["usercom.conflict"].search(apart)
        self.assertEqual(found.mapped("mapping_id.field_name"), ["city"])
        self.assertEqual(self.binding(self.contact_here).sudo().base["region"], "Mazowsze")

    def test_a_later_edit_of_it_travels(self):
        self.ran("import")
        self.contact_here.city = "Łódź"
        self.drain()
        self.assertEqual((self.user()["city"], self.user()["region"]), ("Łódź", "Mazowsze"))
