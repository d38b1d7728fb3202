import json

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..services.email_addresses import normalized

# By what a user's contact is looked for, strongest first: the first that finds one counts.
LOOKS = {
    "link": "link",
    "key": "key",
    "custom_id": "custom_id",
    "database_id": "custom_id",
    "creation": "email",
    "email": "email",
    "phone": "phone",
}
LINKS = (
    "link",
    "custom_id",
    "creation",
)  # who was linked before is found even where he takes part no more
SHARED = ("database_id", "email", "phone")  # what several contacts may have, one of them linked


class UsercomBackend(models.Model):
    """Which contacts User.com's users are."""

    _inherit = "usercom.backend"

    def _find_contacts(self, users):
        """``({user id: contacts}, {user id: contacts that take no part})``."""
        found, outsiders = self._recognize(users)
        return {user_id: contacts for user_id, (_how, contacts) in found.items()}, outsiders

    def _recognize(self, users):
        """``({user id: (how, contacts)}, {user id: contacts that take no part})``.

        Several contacts of one user mean that nobody can tell.
        """
        found, outsiders = {}, {}
        for look, how in LOOKS.items():
            rest = [user for user in users if user.id not in found]
            matches = getattr(self, f"_by_{look}")(rest) if rest else {}
            inside = matches if look in LINKS else self._inside(matches, look in SHARED)
            found |= {user_id: (how, contacts) for user_id, contacts in inside.items()}
            if look != "phone":  # which tells too little: a company's is that of all who work there
                outsiders = matches | outsiders
        return found, {key: outsiders[key] for key in outsiders.keys() - found.keys()}

    def _inside(self, matches, is_shared):
        """Those of the ``matches`` that take part; with archived ones, and, where several share a
        value, with those that have another user, only where there is no other contact.
        """
        matched = self.env["res.partner"].union(*matches.values())
        if not matched:
            return {}
        everybody = self._partners().with_context(active_test=False)
        inside = everybody.search(Domain("id", "in", matched.ids) & self._partner_domain())
        bindings = self.env["usercom.binding"]._of(self, inside) if is_shared else {}
        linked = {key for key, binding in bindings.items() if binding._is_live()}
        best = {user_id: _best(contacts & inside, linked) for user_id, contacts in matches.items()}
        return {user_id: contacts for user_id, contacts in best.items() if contacts}

    # ---- looks ----

    def _by_link(self, users):
        return self.env["usercom.binding"]._owners(self, [user.id for user in users])

    def _by_key(self, users):
        field, keys = self._key_field(), {user.id: str(user.id) for user in users}
        if not self.env["res.partner"]._fields[field].company_dependent:
            return self._matches(field, keys)
        ids = self._ids_by_key(field, keys.values())
        return self._matches(field, keys, Domain("id", "in", ids)) if ids else {}

    def _ids_by_key(self, field, keys):
        """The contacts whose ``field`` has one of ``keys`` in this company: an index look for each.

        Where a plan is made without fresh statistics it would hold each contact against each key.
        """
        column = SQL.identifier(field, to_flush=self.env["res.partner"]._fields[field])
        wanted = [json.dumps({str(self.company_id.id): key}) for key in keys]
        rows = self.env.execute_query(
            SQL(
                """SELECT p.id FROM unnest(%s::jsonb[]) AS k,
                   LATERAL (SELECT id FROM res_partner WHERE %s @> k OFFSET 0) p""",
                wanted,
                column,
            )
        )
        return [partner_id for (partner_id,) in rows]

    def _by_custom_id(self, users):
        custom_ids = {user.custom_id: user.id for user in users if user.custom_id}
        bindings = self.env["usercom.binding"].search(
            [("backend_id", "=", self.id), ("custom_id", "in", list(custom_ids))]
        )
        return {custom_ids[binding.custom_id]: binding.partner_id for binding in bindings}

    def _by_database_id(self, users):
        numbers = {user.id: self._database_id(user.custom_id or "") for user in users}
        return self._matches("id", numbers)

    def _database_id(self, custom_id):
        """The contact that `fallback_custom_id`, or the policy, made ``custom_id`` of, if any."""
        number = custom_id.removeprefix("odoo-")
        is_ours = number != custom_id or self.custom_id_policy == "database_id"
        return int(number) if is_ours and number.isdecimal() and len(number) < 10 else None

    def _by_creation(self, users):
        """By what we sent to have them created, where no answer told that they are there now."""
        open_ones = self.env["usercom.binding"]._being_created(self)
        return {
            user.id: link.partner_id
            for user in users
            for link in open_ones
            if link._orphans().is_one(user)
        }

    def _by_email(self, users):
        return self._matches(
            "email_normalized", {user.id: normalized(user.email) for user in users}
        )

    def _by_phone(self, users):
        if not self.match_phone:
            return {}
        numbers = {user.id: self._e164(user.phone_number) for user in users}
        return self._matches("phone_sanitized", numbers)

    def _e164(self, number):
        if not number:
            return None
        country = self.company_id.country_id
        return self.env["res.partner"]._phone_format(number=number, country=country) or None

    def _matches(self, field, wanted, domain=None):
        """``{user id: contacts}`` of this company whose ``field`` has the ``wanted`` value.

        ``domain`` finds them, if not the values themselves.
        """
        values = {value for value in wanted.values() if value}
        if not values:
            return {}
        domain = domain or Domain(field, "in", list(values))
        everybody = self._partners().with_context(active_test=False)
        by_value = everybody.search(domain & self._partners_of_company()).grouped(field)
        return {key: by_value[value] for key, value in wanted.items() if value in by_value}


def _best(contacts, linked):
    """Those that are neither archived nor ``linked``, as far as there are such."""
    contacts = contacts.filtered("active") or contacts
    return contacts.filtered(lambda contact: contact.id not in linked) or contacts
