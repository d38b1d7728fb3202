import hashlib
from functools import lru_cache

from odoo import models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..usercom.jobs import Identity


@lru_cache(maxsize=1024)  # a page of users, each asked about several times
def normalized(email):
    """The e-mail address as Odoo compares it, None if there is none."""
    return email_normalize(email, strict=False) or None


class UsercomBackend(models.Model):
    """How contacts and User.com users are matched and linked."""

    _inherit = "usercom.backend"

    def _seen(self, partners):
        """The contacts as this account sees them: its company's values, its company's language."""
        context = {"lang": self._language()}
        if origin := self.env.context.get("usercom_origin"):
            context["usercom_origin"] = origin
        return partners.sudo().with_company(self.company_id).with_context(**context)

    def _language(self):
        """The code of the company's language: its contacts' values and our messages are in it."""
        return self.company_id.partner_id.lang or "en_US"

    # ---- which user is this contact? ----

    def _identity(self, partner, binding):
        """By what User.com may know ``partner``."""
        return Identity(
            user_id=self._known_id(partner) or (binding and binding.external_id) or None,
            custom_id=(binding and binding.custom_id) or self._custom_id(partner, partner.email),
            email=normalized(partner.email),
            phone=(self.match_phone and partner.phone) or None,
        )

    def _custom_id(self, partner, email):
        """The custom id that the policy gives to ``partner`` with this ``email``, None if none."""
        email = normalized(email)
        match self.custom_id_policy:
            case "database_id":
                return str(partner.id)
            case "email":
                return email
            case "sha256":
                return hashlib.sha256(email.encode()).hexdigest() if email else None
        return None

    def _new_custom_id(self, partner, binding):
        """The custom id to set now, None to leave it.

        One that the policy made of an earlier e-mail follows the e-mail. One that somebody else
        gave, a web shop for instance, stays: others know the user by it.
        """
        wanted = self._custom_id(partner, partner.email)
        known = binding and binding.custom_id
        if known:
            earlier = self._custom_id(partner, (binding.base or {}).get("email"))
            return wanted if known == earlier != wanted else None
        return wanted

    def _known_id(self, partner):
        """The id in the contact's key field; text that is no id counts as none."""
        key = (partner[self._key_field()] or "").strip()
        return int(key) if key.isdecimal() else None

    # ---- which contacts are these users? ----

    def _find_contacts(self, users):
        """``{user id: contact}``; several contacts under one id mean that nobody can tell."""
        return {user_id: contacts for user_id, (_how, contacts) in self._recognize(users).items()}

    def _recognize(self, users):
        """``{user id: (how, contacts)}`` by link, key, custom id, e-mail or phone.

        The first that finds counts.
        """
        found = {}
        looks = {
            "link": self._by_link,
            "key": self._by_key,
            "custom_id": self._by_custom_id,
            "email": self._by_email,
            "phone": self._by_phone,
        }
        for how, look in looks.items():
            if rest := [user for user in users if user.id not in found]:
                found |= {user_id: (how, contacts) for user_id, contacts in look(rest).items()}
        return found

    def _find_outsiders(self, users):
        """``{user id: contacts}`` of ``users`` without a contact, among those that take no part.

        A phone number tells too little: the one of a company is that of all who work there.
        """
        everybody = self.with_context(usercom_everybody=True)
        looks = (everybody._by_key, everybody._by_custom_id, everybody._by_email)
        found = {}
        for look in looks:
            found |= look([user for user in users if user.id not in found])
        return found

    def _by_link(self, users):
        bindings = self.env["usercom.binding"].search(
            [("backend_id", "=", self.id), ("external_id", "in", [user.id for user in users])]
        )
        return {binding.external_id: binding.partner_id for binding in bindings}

    def _by_key(self, users):
        field = self._key_field()
        return self._matches(field, {user.id: str(user.id) for user in users})

    def _by_custom_id(self, users):
        custom_ids = {user.custom_id: user.id for user in users if user.custom_id}
        bindings = self.env["usercom.binding"].search(
            [("backend_id", "=", self.id), ("custom_id", "in", list(custom_ids))]
        )
        found = {custom_ids[binding.custom_id]: binding.partner_id for binding in bindings}
        if self.custom_id_policy != "database_id":
            return found
        numbers = {
            user_id: int(text)
            for text, user_id in custom_ids.items()
            if user_id not in found and text.isdecimal() and len(text) < 10
        }
        return found | self._unlinked_matches("id", numbers)

    def _by_email(self, users):
        emails = {user.id: normalized(user.email) for user in users}
        return self._unlinked_matches("email_normalized", emails)

    def _by_phone(self, users):
        if not self.match_phone:
            return {}
        numbers = {user.id: self._e164(user.phone_number) for user in users}
        return self._unlinked_matches("phone_sanitized", numbers)

    def _e164(self, number):
        country = self.company_id.country_id
        return self.env["res.partner"]._phone_format(number=number, country=country) or None

    def _unlinked_matches(self, field, wanted):
        """As ``_matches``; contacts that have another user only where there is no other contact."""
        found = self._matches(field, wanted)
        partners = self.env["res.partner"].union(*found.values())
        bindings = self.env["usercom.binding"]._of(self, partners)
        linked = {key for key, binding in bindings.items() if binding._is_live()}
        return {
            user_id: partners.filtered(lambda p: p.id not in linked) or partners
            for user_id, partners in found.items()
        }

    def _matches(self, field, wanted):
        """``{user id: contacts}`` whose ``field`` has the ``wanted`` value; archived ones last."""
        values = {value for value in wanted.values() if value}
        partners = self._partners().with_context(active_test=False)
        everybody = self.env.context.get("usercom_everybody")
        those = self._partners_of_company() if everybody else self._partner_domain()
        domain = Domain(field, "in", list(values)) & those
        by_value = partners.search(domain).grouped(field) if values else {}
        return {
            user_id: by_value[value].filtered("active") or by_value[value]
            for user_id, value in wanted.items()
            if value in by_value
        }

    # ---- linking ----

    def _bound_elsewhere(self, partner, user_id):
        """The other contact that is linked to this user already, if any."""
        return (
            self.env["usercom.binding"]
            .search(
                [
                    ("backend_id", "=", self.id),
                    ("external_id", "=", user_id),
                    ("partner_id", "!=", partner.id),
                ],
                limit=1,
            )
            .partner_id
        )

    def _link(self, partner, user_id, user, base, problems=()):
        """Bind ``partner`` to User.com's ``user_id`` and remember what both agree on."""
        binding = self.env["usercom.binding"]._ensure(self, partner)
        binding._agree(user_id, user, base, "\n".join(problems))
        seen = self._seen(partner)
        if vals := self._key_vals(seen, user_id):
            seen.with_context(usercom_linking=True).write(vals)

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
