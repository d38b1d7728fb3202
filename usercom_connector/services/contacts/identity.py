"""Which User.com user a contact is, and which contact a user: found by their keys, then linked."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from ...usercom import User
from ...usercom.jobs import Identity
from ...usercom.merge import Base
from ...usercom.texts import digits
from ..own_context import with_own_context


@lru_cache(maxsize=1024)  # a page of users, each asked about several times
def normalized(email: Any) -> str | None:
    """The e-mail address as Odoo compares it; None for a text, or an empty field, that has none."""
    return email_normalize(email, strict=False) or None


# ---- which user a contact is ----


class ContactIdentity:
    """By what the contacts of one account are known at User.com.

    ``binding`` is a contact's link, empty or None where it has none.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    @cached_property
    def _seen(self) -> Any:
        """No contact, as the account sees them: made once for thousands."""
        return self._backend._with_account_context(self._backend.env["res.partner"])

    @cached_property
    def _key_field(self) -> str:
        name: str = self._backend._key_field()
        return name

    def of(self, partner: Any, binding: Any) -> Identity:
        """By what User.com may know ``partner``."""
        backend = self._backend
        e164 = backend.match_phone and partner.phone_sanitized or None
        return Identity(
            user_id=self.known_id(partner) or (binding and binding.external_id) or None,
            custom_id=(binding and binding.custom_id) or backend._custom_id(partner, partner.email),
            email=normalized(partner.email),
            phone=(backend.match_phone and partner.phone) or None,
            e164=e164 if digits(e164) != digits(partner.phone) else None,
        )

    def to_send(self, partner: Any, binding: Any) -> Identity:
        """As ``of``, with something to be found by when an answer was lost."""
        identity = self.of(partner, binding)
        if any(astuple(identity)):
            return identity
        return replace(identity, custom_id=fallback_custom_id(partner))

    def new_custom_id(self, partner: Any, binding: Any) -> str | None:
        """The custom id to set now, None to leave it.

        One that the policy made of an earlier e-mail follows the e-mail, and so does our fallback.
        One that somebody else gave, a web shop for instance, stays: others know the user by it.
        """
        wanted: str | None = self._backend._custom_id(partner, partner.email)
        known = binding and binding.custom_id
        if not known or known == wanted:
            return None if known else wanted
        earlier = self._backend._custom_id(partner, binding._last_base().get("email"))
        return wanted if known in (earlier, fallback_custom_id(partner)) else None

    def known_id(self, partner: Any) -> int | None:
        """The id in the contact's key field; text that is no id counts as none."""
        key = (partner.with_env(self._seen.env)[self._key_field] or "").strip()
        return int(key) if key.isdecimal() else None

    def is_linked(self, partner: Any, binding: Any) -> bool:
        """Whether a user of this contact is known, by its key field or its link."""
        return bool(self.known_id(partner) or (binding and binding.external_id))


def fallback_custom_id(partner: Any) -> str:
    """The custom id of a contact that has nothing else to be found by, such as ``odoo-7``.

    The matcher finds the contact by it.
    """
    return f"odoo-{partner.id}"


# ---- which contacts users are ----

Contacts = dict[int, Any]
"""``{user id: contacts}``; several contacts of one user mean that nobody can tell."""


@dataclass(frozen=True)
class Look:
    """One way of finding the contacts of users; ``how`` is the word for it in a preview."""

    how: str
    find: Callable[[list[User]], Contacts]
    tells_link: bool = False
    """Whether who is found was linked before, which counts where he takes part no more."""
    is_shared: bool = False
    """Whether several contacts may have what is looked for, one of them linked."""
    is_vague: bool = False
    """Whether nobody is left out because of it: a company's phone is that of all who work there."""


class Matcher:
    """Looks for the contacts of users, by the strongest key first: what finds one first counts."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env
        self._looks = (
            Look("link", self.linked, tells_link=True),
            Look("key", self._by_key),
            Look("custom_id", self._by_custom_id, tells_link=True),
            Look("custom_id", self._by_database_id, is_shared=True),
            Look("email", self._by_creation, tells_link=True),
            Look("email", self._by_email, is_shared=True),
            Look("email", self._by_agreed_email),
            Look("phone", self._by_phone, is_shared=True, is_vague=True),
        )

    def find_contacts(self, users: list[User]) -> tuple[Contacts, Contacts]:
        """Return ``({user id: contacts}, {user id: contacts that take no part})``."""
        found, outsiders = self.recognize(users)
        return {user_id: contacts for user_id, (_how, contacts) in found.items()}, outsiders

    def recognize(self, users: list[User]) -> tuple[dict[int, tuple[str, Any]], Contacts]:
        """Return ``({user id: (how, contacts)}, {user id: contacts that take no part})``."""
        found: dict[int, tuple[str, Any]] = {}
        outsiders: Contacts = {}
        for look in self._looks:
            rest = [user for user in users if user.id not in found]
            matches = look.find(rest) if rest else {}
            inside = matches if look.tells_link else self._inside(matches, look.is_shared)
            found |= {user_id: (look.how, contacts) for user_id, contacts in inside.items()}
            if not look.is_vague:
                outsiders = matches | outsiders
        return found, {key: outsiders[key] for key in outsiders.keys() - found.keys()}

    def linked(self, users: list[User]) -> Contacts:
        """Return the contacts of those ``users`` who are linked."""
        return self._env["usercom.binding"]._owners(self._backend, [user.id for user in users])

    def alike(self, user: User) -> set[str]:
        """Return the address and the number by which ``user`` may be found to be another one."""
        return {key for key in (normalized(user.email), self.phone(user)) if key}

    def phone(self, user: User) -> str | None:
        """Return the E.164 number by which ``user`` may be found, if the account looks by phone."""
        if not self._backend.match_phone or not user.phone_number:
            return None
        country = self._backend.company_id.country_id
        contacts = self._env["res.partner"]
        return contacts._phone_format(number=user.phone_number, country=country) or None

    def _inside(self, matches: Contacts, is_shared: bool) -> Contacts:
        """Return those of the ``matches`` that take part.

        Archived ones, and, where several share a value, those that have another user, are among
        them only where there is no other contact.
        """
        matched = self._env["res.partner"].union(*matches.values())
        if not matched:
            return {}
        everybody = self._backend._partners().with_context(active_test=False)
        inside = everybody.search(Domain("id", "in", matched.ids) & self._backend._partner_domain())
        bindings = self._env["usercom.binding"]._of(self._backend, inside) if is_shared else {}
        linked = {key for key, binding in bindings.items() if binding._is_live()}
        best = {user_id: _best(contacts & inside, linked) for user_id, contacts in matches.items()}
        return {user_id: contacts for user_id, contacts in best.items() if contacts}

    # ---- looks ----

    def _by_key(self, users: list[User]) -> Contacts:
        field = self._backend._key_field()
        keys = {user.id: str(user.id) for user in users}
        if not self._env["res.partner"]._fields[field].company_dependent:
            return self._matches(field, keys)
        ids = self._ids_by_key(field, keys.values())
        return self._matches(field, keys, Domain("id", "in", ids)) if ids else {}

    def _ids_by_key(self, field: str, keys: Iterable[str]) -> list[int]:
        """Return the contacts whose ``field`` has one of ``keys`` in this company.

        An index look for each: where a plan is made without fresh statistics PostgreSQL would hold
        each contact against each key.
        """
        column = SQL.identifier(field, to_flush=self._env["res.partner"]._fields[field])
        company_id = str(self._backend.company_id.id)
        wanted = [json.dumps({company_id: key}) for key in keys]
        rows = self._env.execute_query(
            SQL(
                """SELECT p.id FROM unnest(%s::jsonb[]) AS k,
                   LATERAL (SELECT id FROM res_partner WHERE %s @> k OFFSET 0) p""",
                wanted,
                column,
            )
        )
        return [partner_id for (partner_id,) in rows]

    def _by_custom_id(self, users: list[User]) -> Contacts:
        custom_ids = {user.custom_id: user.id for user in users if user.custom_id}
        bindings = self._env["usercom.binding"].search(
            [("backend_id", "=", self._backend.id), ("custom_id", "in", list(custom_ids))]
        )
        return {custom_ids[binding.custom_id]: binding.partner_id for binding in bindings}

    def _by_database_id(self, users: list[User]) -> Contacts:
        return self._matches("id", {user.id: self._database_id(user) for user in users})

    def _database_id(self, user: User) -> int | None:
        """Return the contact that we, or the account's policy, made the custom id of, if any."""
        custom_id = user.custom_id or ""
        number = custom_id.removeprefix("odoo-")
        is_ours = number != custom_id or self._backend.custom_id_policy == "database_id"
        return int(number) if is_ours and number.isdecimal() and len(number) < 10 else None

    def _by_creation(self, users: list[User]) -> Contacts:
        """By what we sent to have them created, where no answer told that they are there now."""
        links, backend = self._env["usercom.binding"], self._backend
        found = links._being_created(backend)
        found |= links._created_for(backend, [user.email for user in users if user.email])
        return {
            user.id: link.partner_id
            for user in users
            for link in found
            if link._orphans().is_one(user) or link._is_second(user)
        }

    def _by_email(self, users: list[User]) -> Contacts:
        emails = {user.id: normalized(user.email) for user in users}
        return self._matches("email_normalized", emails)

    def _by_agreed_email(self, users: list[User]) -> Contacts:
        """By the address that both sides had, where the contact has another one to be sent yet.

        For example, User.com merges Jan's user into a second one of his address in the night, and
        Jan gets a new address in Odoo before anybody has told of the second one.
        """
        emails = [user.email for user in users if user.email]
        links = self._env["usercom.binding"]._being_readdressed(self._backend, emails)
        by_email = links.grouped(lambda link: normalized(link.base["email"]))
        found = {user.id: by_email.get(normalized(user.email)) for user in users}
        return {user_id: links.partner_id for user_id, links in found.items() if links}

    def _by_phone(self, users: list[User]) -> Contacts:
        return self._matches("phone_sanitized", {user.id: self.phone(user) for user in users})

    def _matches(
        self, field: str, wanted: dict[int, Any], domain: Domain | None = None
    ) -> Contacts:
        """Return the contacts of this company whose ``field`` has the ``wanted`` value of a user.

        ``domain`` finds them, if not the values themselves.
        """
        values = {value for value in wanted.values() if value}
        if not values:
            return {}
        domain = domain or Domain(field, "in", list(values))
        everybody = self._backend._partners().with_context(active_test=False)
        ours = domain & self._backend._partners_of_company()
        by_value = everybody.search(ours).grouped(field)
        return {key: by_value[value] for key, value in wanted.items() if value in by_value}


def _best(contacts: Any, linked: set[int]) -> Any:
    """Return those that are neither archived nor ``linked``, as far as there are such."""
    contacts = contacts.filtered("active") or contacts
    return contacts.filtered(lambda contact: contact.id not in linked) or contacts


# ---- how the two are linked ----


class Linking:
    """Links the contacts of one account, and knows who is linked already."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._bindings = backend.env["usercom.binding"]

    def link(
        self,
        partner: Any,
        user_id: int,
        user: Any,
        base: Base,
        problems: Sequence[str] = (),
        since: Base | None = None,
    ) -> None:
        """Link ``partner`` with the user of this id and store what both agree on.

        ``user`` is None where User.com was not asked; ``since`` is the base that ``base`` was made
        of, so that what others have agreed on meanwhile stays.
        """
        binding = self.known(partner) or self._bindings._ensure(self._backend, partner)
        binding._agree(user_id, user, base, "\n".join(problems), since)
        self._backend.env["usercom.outbox"]._enqueue_companies_later(partner.ids)
        seen = self._backend._with_account_context(partner)
        if vals := self.key_vals(seen, user_id):
            with_own_context(seen, linking=self._backend._key_field()).write(vals)

    def known(self, partner: Any) -> Any:
        """The link of ``partner``, none if it has none; read with those of its whole lot."""
        links = partner.sudo().usercom_binding_ids.with_env(self._bindings.env)
        return links.filtered(lambda link: link.backend_id == self._backend)

    def read_at_once(self, partners: Any) -> None:
        """Read what linking takes, for all of ``partners`` together."""
        seen = self._backend._with_account_context(partners)
        seen.mapped(self._backend._key_field())
        links = seen.sudo().usercom_binding_ids
        links.fetch([name for name, field in links._fields.items() if field.prefetch])

    def key_vals(self, seen: Any, user_id: int) -> dict[str, str]:
        """What to write into the key field of a contact as this account sees it."""
        field = self._backend._key_field()
        return {field: str(user_id)} if seen[field] != str(user_id) else {}

    def linked_meanwhile(self, partner: Any, user_ids: set[int]) -> Any:
        """The live link of ``partner`` if it leads to none of these users, else None.

        Between a call and the storing of its answer a contact may have been linked to a user that
        the call knew nothing of, as when the webhook told of one.
        """
        link = self.known(partner)
        known_id = ContactIdentity(self._backend).known_id(partner)
        is_other = link and link._is_live() and not {link.external_id, known_id} & user_ids
        return link if is_other else None

    def other_contact(self, partner: Any, user_id: int) -> Any:
        """The contact other than ``partner`` that is linked to this user; empty if none is."""
        return self._bindings._of_user(self._backend, user_id).partner_id - partner

    def holders(self, emails: Iterable[str | None]) -> tuple[dict[str, Any], dict[str, Any]]:
        """``({e-mail: linked contact}, {e-mail: contact being looked for})`` for ``emails``."""
        backend = self._backend
        everybody = backend._partners().with_context(active_test=False)
        domain = Domain("email_normalized", "in", [email for email in emails if email])
        live = [("backend_id", "=", backend.id), ("external_id", ">", 0)]
        linked = everybody.search(domain & Domain("usercom_binding_ids", "any", live))
        claimed = backend.env["usercom.outbox"].search(
            [
                ("backend_id", "=", backend.id),
                ("resource", "=", "users"),
                ("state", "=", "pending"),
                ("claimed_at", "!=", False),
                ("partner_id", "any", list(domain)),
            ]
        )
        return (
            {partner.email_normalized: partner for partner in linked},
            {row.partner_id.email_normalized: row.partner_id for row in claimed},
        )
