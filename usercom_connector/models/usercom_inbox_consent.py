from odoo import api, fields, models, tools

from ..services.brake import Brake
from ..usercom.consents import told
from ..usercom.records import read_moment, told_values


class UsercomInbox(models.Model):
    """What calls of User.com say of consents.

    A call is a prompt to read the user again, but a "no" that it shows may be gone by then, under
    a "yes" of ours that crossed it. Such a "no" is kept.
    """

    _inherit = "usercom.inbox"

    @api.model
    def _tells_withdrawal(self, backend, payload):
        """Whether a call shows a "no" for one of the consents."""
        consents = self.env["usercom.field.mapping"]._consent_keys(backend.id)
        return any(self._told_consent(payload, *consent) is False for consent in consents)

    @api.model
    def _told_consent(self, payload, key, *words):
        """True, False or None: what a call says of one consent."""
        blocks = [(payload or {}).get(name) for name in ("user", "extra")]
        values = [told_values(block).get(key) for block in blocks if isinstance(block, dict)]
        said = {told(value, *words) for value in values} - {None}
        return False if False in said else next(iter(said), None)

    def _heed_withdrawals(self, backend, partner, user):
        """Withdraw what these calls show as withdrawn since ``partner`` last said "yes"."""
        for mapping in backend.mapping_ids.filtered("is_consent"):
            moment = self._withdrawn_at(mapping)
            said_yes = moment and mapping._has_said_yes_before(partner, moment)
            if said_yes and not mapping._is_left_withdrawn(partner):
                reads_yes = told(user.values.get(mapping._key()), *mapping._words()) is True
                if not reads_yes or mapping._sent_yes_since(partner, moment):
                    Brake(backend).count({"unsubscribed_here": 1})
                    mapping._note(False, partner)
                    mapping._withdraw(backend._seen(partner))

    def _withdrawn_at(self, mapping):
        """When the newest of these calls that speaks of the consent says "no", if it does."""
        told = [(row.consents or {}).get(mapping._key()) for row in self]
        newest = min(
            filter(None, told),
            key=lambda t: (-read_moment(t["at"]).timestamp(), t["said"]),
            default={},
        )
        return (
            read_moment(newest["at"]).replace(tzinfo=None) if newest.get("said") == "no" else None
        )

    @api.model
    def _told_consents(self, backend, payload):
        """``{key: {"at": when the call was sent, in UTC, "said": "no" or "yes"}}``."""
        at = read_moment((payload or {}).get("timestamp"))
        if not at:
            return {}
        told = {
            key: self._told_consent(payload, key, *words)
            for key, *words in self.env["usercom.field.mapping"]._consent_keys(backend.id)
        }
        moment = at.isoformat(timespec="microseconds")  # all alike, so that they sort as text
        words = {False: "no", True: "yes"}
        return {
            key: {"at": moment, "said": words[consent]}
            for key, consent in told.items()
            if consent is not None
        }


class UsercomFieldMapping(models.Model):
    _inherit = "usercom.field.mapping"

    @api.model
    @tools.ormcache("backend_id")
    def _consent_keys(self, backend_id):
        """``((key, attribute, canonical value that says "no"), …)`` of an account."""
        consents = self.sudo()._consents().filtered(lambda m: m.backend_id.id == backend_id)
        return tuple((mapping._key(), *mapping._words()) for mapping in consents)

    @api.model
    @tools.ormcache("backend_id")
    def _told_keys(self, backend_id):
        """The names of the attributes whose values a call may bring."""
        mappings = self.sudo().search([("backend_id", "=", backend_id)])
        return frozenset(m._key() for m in mappings if m.is_consent or m.direction != "export")

    def _words(self):
        """What tells a "no" of User.com's: the plain attribute, and the value that says it."""
        return self._as_attribute(), self._withdrawn()

    def _has_said_yes_before(self, partner, moment):
        """Whether the last answer is a "yes" that is older than ``moment``."""
        last = self.env["usercom.consent.log"].search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", self.backend_id.company_id.id),
                ("consent", "=", self._key()),
            ],
            limit=1,
        )
        return last.new_value == "yes" and (last.source_at or last.create_date) <= moment

    def _is_left_withdrawn(self, partner):
        """Whether User.com's "no" is known, and was left without a word from the contact."""
        binding = self.env["usercom.binding"]._of(self.backend_id, partner).get(partner.id)
        remote = (binding and binding.remote_base) or {}
        return remote.get(self._key()) == self._withdrawn()

    def _sent_yes_since(self, partner, moment):
        """Whether we wrote a "yes" to User.com after ``moment``."""
        rows = self.env["usercom.outbox"].search(
            [
                ("partner_id", "=", partner.id),
                ("backend_id", "=", self.backend_id.id),
                ("state", "=", "done"),
                ("write_date", ">=", fields.Datetime.to_string(moment)),
            ]
        )
        sent = [row.sent.get(self._key()) for row in rows if row.sent]
        return (not self._withdrawn()) in sent
