"""Consents: what User.com says of them, and what the log holds."""

from .common import UsercomCase


class ConsentCase(UsercomCase):
    """Contacts whose field ``x_email_consent`` is the consent ``email_consent``."""

    def log(self, contact, consent="email_consent"):
        """``[(old, new, origin)]``, oldest first."""
        rows = self.env["usercom.consent.log"].search(
            [("partner_id", "=", contact.id), ("consent", "=", consent)], order="id"
        )
        return [(row.old_value, row.new_value, row.origin) for row in rows]

    def receive(self, contact, **values):
        """User.com's user changes, and its call about it arrives."""
        user_id = self.binding(contact).external_id
        user = self.simulator.patch_user(user_id, **values)
        self.call(user_id, user["updated_at"], **values)
        self.drain()

    def call(self, user_id, timestamp="2026-02-01T07:27:44+00:00", **values):
        """The body of one call of User.com's automation is stored, as the webhook stores it."""
        user = {"id": user_id, "email": values.get("email")}
        payload = {"timestamp": timestamp, "user": user, "extra": values}
        return self.stored_call(payload)

    def unsubscribed(self, contact):
        """Whether User.com's user is unsubscribed once all is sent."""
        self.drain()
        return self.remote(contact)["unsubscribed"]


class BlacklistCase(ConsentCase):
    @property
    def blacklist(self):
        return self.env["mail.blacklist"]

    def blocked(self, email="jan@example.org"):
        return bool(self.blacklist.search([("email", "=", email)]))

    def pair_email_consent(self):
        consent = self.backend.mapping_ids.filtered(lambda m: m.field_name == "x_email_consent")
        self.backend.email_consent_id = consent
