"""What a call's user block says of e-mail: `emails_enabled`, the opposite of "unsubscribed"."""

from .common_consents import BlacklistCase


class TestEmailsEnabled(BlacklistCase):
    def called(self, contact, enabled, moment):
        """A call whose user block says it, and nothing else of e-mail."""
        user = {"id": self.binding(contact).external_id, "emails_enabled": enabled}
        payload = {"timestamp": moment, "user": user, "extra": {}}
        row = self.stored_call(payload)
        self.drain()
        return row

    def said(self, contact, **values):
        """User.com's user changes; returns when."""
        user_id = self.binding(contact).external_id
        return self.simulator.patch_user(user_id, **values)["updated_at"]

    def each_way_to_take_calls(self):
        """A contact for each setting: calls are heeded, or believed as well."""
        for believed in (False, True):
            with self.subTest(believed=believed):
                self.backend.use_webhook_values = believed
                yield self.synced(email=f"jan{believed}@example.org".lower())

    def test_a_no_that_user_com_has_as_well(self):
        for contact in self.each_way_to_take_calls():
            row = self.called(contact, False, self.said(contact, unsubscribed=True))
            self.assertEqual((row.priority, row.state), (1, "done"))
            self.assertTrue(self.blocked(contact.email))

    def test_a_no_that_crosses_our_yes_is_not_lost(self):
        for contact in self.each_way_to_take_calls():
            self.blacklist._add(contact.email)
            self.drain()
            self.blacklist._remove(contact.email)
            moment = self.said(contact, unsubscribed=True)
            self.said(contact, unsubscribed=None)  # our PUT comes after theirs
            self.drain()
            self.assertFalse(self.remote(contact)["unsubscribed"])
            self.called(contact, "False", moment)
            self.assertTrue(self.blocked(contact.email))
            self.assertTrue(self.unsubscribed(contact))

    def test_a_yes_alone_is_none(self):
        """Nobody has to say that he may be mailed: it is so from the beginning."""
        for contact in self.each_way_to_take_calls():
            self.blacklist._add(contact.email)
            self.drain()
            self.called(contact, True, self.said(contact, score=1))
            self.assertTrue(self.blocked(contact.email))
            self.assertTrue(self.unsubscribed(contact))
