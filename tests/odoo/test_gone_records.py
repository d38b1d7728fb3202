"""What Odoo lets be done to records that are gone, and to none at all, is let be done to ours."""

from .common import UsercomCase


class TestGoneRecords(UsercomCase):
    def test_what_is_deleted_can_be_deleted_once_more(self):
        contact = self.synced(email="jan@example.org")
        entry = self.env["mail.blacklist"]._add("jan@example.org")
        mapping = self.backend.mapping_ids[:1]
        for records in (entry, contact, mapping, self.backend):
            with self.subTest(records._name):
                records.unlink()
                records.unlink()

    def test_creating_none_is_no_attempt_to_write_the_consent_log(self):
        self.assertFalse(self.env["usercom.consent.log"].create([]))
