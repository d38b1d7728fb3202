from odoo import models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..usercom import merge
from ..usercom.jobs import Identity
from ..usercom.reading import read_user


class UsercomBackend(models.Model):
    """How contacts and User.com users are matched, linked and written."""

    _inherit = "usercom.backend"

    def _seen(self, partners):
        """The contacts as this account sees them: its company's values, its company's language."""
        company = self.company_id
        context = {"lang": company.partner_id.lang or "en_US"}
        if origin := self.env.context.get("usercom_origin"):
            context["usercom_origin"] = origin
        return partners.sudo().with_company(company).with_context(**context)

    # ---- which user is this contact? ----

    def _identity(self, partner, binding):
        """By what User.com may know ``partner``."""
        return Identity(
            user_id=self._known_id(partner) or (binding and binding.external_id) or None,
            custom_id=(binding and binding.custom_id) or None,
            email=email_normalize(partner.email, strict=False) or None,
            phone=(self.match_phone and partner.phone) or None,
        )

    def _known_id(self, partner):
        """The id in the contact's key field; text that is no id counts as none."""
        key = (partner[self._key_field()] or "").strip()
        return int(key) if key.isdecimal() else None

    # ---- which contact is this user? ----

    def _find_contact(self, user):
        """The contact of a ``usercom.User``: by link, key, e-mail or phone; empty if none.

        Several contacts may be returned: then nobody can tell.
        """
        bound = self.env["usercom.binding"].search(
            [("backend_id", "=", self.id), ("external_id", "=", user.id)]
        )
        if bound:
            return bound.partner_id
        partners = self._partners()
        for domain in self._contact_domains(user):
            found = partners.search(domain & self._partner_domain())
            if found:
                return found
        return partners

    def _contact_domains(self, user):
        yield Domain(self._key_field(), "=", str(user.id))
        unbound = Domain("usercom_binding_ids", "not any", [("backend_id", "=", self.id)])
        if email := email_normalize(user.email, strict=False):
            yield unbound & Domain("email_normalized", "=", email)
        if self.match_phone and user.phone_number:
            yield unbound & Domain("phone", "=", user.phone_number)

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
        seen, field = self._seen(partner), self._key_field()
        if seen[field] != str(user_id):
            seen.with_context(usercom_linking=True)[field] = str(user_id)

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

    # ---- merging ----

    def _merge_user(self, partner, user):
        """Merge a ``usercom.User`` into ``partner``, who is or becomes its contact.

        Values that Odoo knows better are queued. Returns the problems.
        """
        binding = self.env["usercom.binding"]._of(self, partner).get(partner.id)
        base = binding.base or {} if binding else {}
        mappings = self.mapping_ids
        remote, errors = read_user(user, mappings._attributes(), base)
        odoo, problems = mappings._export_values(self._seen(partner), base)
        merged = merge(mappings._rules(), base, odoo, remote, odoo_is_newer=None)
        problems += mappings._unreadable_problems(user, errors)
        problems += self._write_contact(partner, merged.to_odoo, merged.base)
        merged.base.update({key: remote[key] for key in merged.to_usercom})  # until it is sent
        self._link(partner, user.id, user, merged.base, problems)
        if merged.to_usercom:
            self.env["usercom.outbox"]._enqueue(partner.ids, self)
        return problems

    def _write_contact(self, partner, values, base):
        """Write canonical ``values``; what cannot be written leaves ``base`` and is returned."""
        seen = self._seen(partner)
        vals, problems, refused = self.mapping_ids._odoo_values(seen, values)
        for key in refused:
            base.pop(key, None)
        if vals:
            seen.write(vals)
        self._note_told({partner: {k: v for k, v in values.items() if k not in refused}})
        return problems

    def _create_contact(self, user):
        """``(contact, problems)`` for a person who is new in User.com."""
        mappings = self.mapping_ids.filtered(lambda mapping: mapping.direction != "export")
        values, errors = read_user(user, mappings._attributes(), {})
        merged = merge(mappings._rules(), {}, dict.fromkeys(values), values, odoo_is_newer=False)
        empty = self._seen(self.env["res.partner"])
        vals, problems, refused = mappings._odoo_values(empty, merged.to_odoo)
        partner = empty.create(self._contact_defaults(user) | mappings._unsaid() | vals)
        self._note_told({partner: merged.to_odoo})
        problems += mappings._unreadable_problems(user, errors)
        base = {key: value for key, value in merged.base.items() if key not in refused}
        self._link(partner, user.id, user, base, problems)
        return partner, problems

    def _contact_defaults(self, user):
        name = user.values.get("name") or user.email or user.phone_number
        return {
            "name": name or self.env._("User.com user %s", user.id),
            "email": user.email,
            "type": "contact",
        }
