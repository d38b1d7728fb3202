from dataclasses import astuple, replace

from odoo import models
from odoo.fields import Domain

from ..services.email_addresses import normalized
from ..services.own_context import own_context, with_own_context
from ..usercom.custom_ids import sha256_of
from ..usercom.jobs import Identity
from ..usercom.phones import digits


def own_custom_id(partner):
    """The custom id of who has nothing else to be found by; `_by_database_id` reads it."""
    return f"odoo-{partner.id}"


class UsercomBackend(models.Model):
    """Which User.com user a contact is, and how the two are linked."""

    _inherit = "usercom.backend"

    def _seen(self, partners):
        """The contacts as this account sees them: its company's values, its company's language."""
        seen = partners.sudo().with_company(self.company_id).with_context(lang=self._language())
        origin = own_context(self.env).origin
        return with_own_context(seen, origin=origin) if origin else seen

    def _language(self):
        """The code of the company's language: its contacts' values and our messages are in it."""
        return self.company_id.partner_id.lang or "en_US"

    # ---- which user is this contact? ----

    def _identity(self, partner, binding):
        """By what User.com may know ``partner``."""
        e164 = self.match_phone and partner.phone_sanitized or None
        return Identity(
            user_id=self._known_id(partner) or (binding and binding.external_id) or None,
            custom_id=(binding and binding.custom_id) or self._custom_id(partner, partner.email),
            email=normalized(partner.email),
            phone=(self.match_phone and partner.phone) or None,
            e164=e164 if digits(e164) != digits(partner.phone) else None,
        )

    def _identity_to_send(self, partner, binding):
        """As ``_identity``, with something to be found by when an answer was lost."""
        identity = self._identity(partner, binding)
        if any(astuple(identity)):
            return identity
        return replace(identity, custom_id=own_custom_id(partner))

    def _custom_id(self, partner, email):
        """The custom id that the policy gives to ``partner`` with this ``email``, None if none."""
        email = normalized(email)
        match self.custom_id_policy:
            case "database_id":
                return str(partner.id)
            case "email":
                return email
            case "sha256":
                return sha256_of(email) if email else None
        return None

    def _new_custom_id(self, partner, binding):
        """The custom id to set now, None to leave it.

        One that the policy made of an earlier e-mail follows the e-mail, and so does our makeshift.
        One that somebody else gave, a web shop for instance, stays: others know the user by it.
        """
        wanted = self._custom_id(partner, partner.email)
        known = binding and binding.custom_id
        if known:
            earlier = self._custom_id(partner, (binding.base or {}).get("email"))
            ours = known in (earlier, own_custom_id(partner))
            return wanted if ours and known != wanted else None
        return wanted

    def _known_id(self, partner):
        """The id in the contact's key field; text that is no id counts as none."""
        key = (self._seen(partner)[self._key_field()] or "").strip()
        return int(key) if key.isdecimal() else None

    # ---- linking ----

    def _linked_meanwhile(self, partner, user_ids):
        """The link of ``partner``, if it has come to lead to none of these users."""
        link = self.env["usercom.binding"]._of(self, partner).get(partner.id)
        is_live = link and link._is_live()
        return (
            link if is_live and not {link.external_id, self._known_id(partner)} & user_ids else None
        )

    def _bound_elsewhere(self, partner, user_id):
        """The other contact that is linked to this user already, if any."""
        return self.env["usercom.binding"]._of_user(self, user_id).partner_id - partner

    def _link(self, partner, user_id, user, base, problems=(), since=None):
        """Bind ``partner`` to User.com's ``user_id`` and remember what both agree on."""
        binding = self.env["usercom.binding"]._ensure(self, partner)
        binding._agree(user_id, user, base, "\n".join(problems), since)
        seen = self._seen(partner)
        if vals := self._key_vals(seen, user_id):
            with_own_context(seen, linking=self._key_field()).write(vals)

    def _key_vals(self, seen, user_id):
        """What to write into the key field of a contact as this account sees it."""
        field = self._key_field()
        return {field: str(user_id)} if seen[field] != str(user_id) else {}

    def _is_linked(self, partner, binding):
        return bool(self._known_id(partner) or (binding and binding.external_id))

    def _holders(self, emails):
        """``({e-mail: linked contact}, {e-mail: contact being looked for})`` for ``emails``."""
        same = self._partners().with_context(active_test=False)
        domain = Domain("email_normalized", "in", [email for email in emails if email])
        linked = same.search(
            domain
            & Domain(
                "usercom_binding_ids",
                "any",
                [("backend_id", "=", self.id), ("external_id", ">", 0)],
            )
        )
        claimed = self.env["usercom.outbox"].search(
            [
                ("backend_id", "=", self.id),
                ("state", "=", "pending"),
                ("claimed_at", "!=", False),
                ("partner_id", "any", list(domain)),
            ]
        )
        return (
            {partner.email_normalized: partner for partner in linked},
            {row.partner_id.email_normalized: row.partner_id for row in claimed},
        )
