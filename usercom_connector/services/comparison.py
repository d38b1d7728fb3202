"""A contact compared with its user: what each side has, and what would have to move where.

Nothing is written here, and User.com is not asked: it is what the import of users, the preview of
an initial sync and the full comparison of an account have in common.

    comparison = Comparison(backend._active_mappings(), partners, Memberships(backend))
    sides = comparison.sides(partner, user, base)
    outcome = comparison.merge(partner, sides, base, odoo_is_newer=None)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from odoo.tools import SQL

from ..usercom import ConversionError, Merge, Rule, User, export_only, merge
from ..usercom.merge import differs, stated_value
from ..usercom.values import read_user
from .contacts.texts import by_id
from .memberships import Memberships
from .values.exporter import ValueExporter
from .values.importer import RecordLookup, ValueImporter, in_odoos_words
from .values.problems import unreadable_problems

# ---- what contacts keep from User.com ----

_READ_BY_SQL = {
    "res.partner": ["parent_id"],
    "res.users": ["partner_id", "share"],
    "res.company": ["partner_id"],
}


class ProtectedContacts:
    """What of some contacts is kept from User.com, looked up once for all of them.

    A login's password reset goes to its contact's e-mail address, also when it is archived and
    comes back, and the company's own contact is on each invoice. So of internal users (OdooBot and
    the public user are such, too) and of the companies' own contacts nothing is written but a
    withdrawn consent; portal users keep their e-mail address. All of it may be sent to User.com.
    """

    def __init__(
        self, mappings: Any, partners: Any, memberships: Memberships | None = None
    ) -> None:
        self._pairs = [(mapping, mapping._pair()) for mapping in mappings]
        self._memberships = memberships.by_key if memberships else {}
        self._partners = partners
        self._env = mappings.sudo().with_context(active_test=False).env

    def merge(
        self, rules: Sequence[Rule], partner: Any, *sides: Mapping[str, Any], **how: Any
    ) -> tuple[Merge, Sequence[Rule], dict[Any, str]]:
        """As ``merge``, with nothing for Odoo that is kept from User.com.

        Returns ``(Merge, rules, kept)``: by which rules it was merged, and what was kept.
        """
        agreed = merge(rules, *sides, **how)
        if kept := self.kept(partner, agreed.to_odoo):
            rules = export_only(rules, {mapping._key() for mapping in kept})
            agreed = merge(rules, *sides, **how)
        return agreed, rules, kept

    def explanation(self, partner: Any, kept: Mapping[Any, str]) -> str:
        """What ``partner`` keeps as it is, and why; empty if nothing."""
        if not kept:
            return ""
        return self._env._(
            "Not changed: %(contact)s keeps its own “%(fields)s”: %(reason)s.",
            contact=by_id(partner),
            fields="”, “".join(dict.fromkeys(m._label() for m in kept)),
            reason="; ".join(dict.fromkeys(kept.values())),
        )

    def kept(self, partner: Any, values: Mapping[str, Any]) -> dict[Any, str]:
        """``{mapping: reason}`` of those ``values`` that ``partner`` keeps as they are."""
        received = [(mapping, pair) for mapping, pair in self._pairs if pair.key in values]
        has_parent = any(
            values[pair.key] and not self._reason(partner, mapping, values, False)
            for mapping, pair in received
            if pair.field_name == "parent_id"
        )
        reasons = {m: self._reason(partner, m, values, has_parent) for m, _pair in received}
        for key in values.keys() & self._memberships.keys():
            pair = self._memberships[key]
            reasons[pair] = self._why_no_member(partner, pair, values)
        return {mapping: reason for mapping, reason in reasons.items() if reason}

    def is_ours(self, partner: Any) -> bool:
        """Whether ``partner`` is of an internal user, or a company's own contact."""
        return partner.id in self._internal | self._companies

    def _why_no_member(self, partner: Any, pair: Any, values: Mapping[str, Any]) -> str | None:
        """Why the contact neither joins nor leaves the group of a pair, None if it does."""
        if self.is_ours(partner):
            return self._whose(partner)
        return pair._why_kept_out(partner, values) if values[pair._key()] else None

    def may_join(self, partner: Any, company: Any) -> bool:
        """Whether User.com may make ``company`` the company of ``partner``.

        A login sees the documents of its contact's company.
        """
        has_login = bool(self._users.filtered(lambda user: user.partner_id == partner))
        is_ours = partner.id in self._companies or self._is_family(company)
        return not has_login and not is_ours and company not in (partner | partner.child_ids)

    def _reason(
        self, partner: Any, mapping: Any, values: Mapping[str, Any], has_parent: bool
    ) -> str | None:
        """Why the value of ``mapping`` is not written to ``partner``; None if it is."""
        value, name = values[mapping._key()], mapping._pair().field_name
        if self.is_ours(partner):
            is_withdrawal = mapping.is_consent and value == mapping._withdrawn()
            return None if is_withdrawal else self._whose(partner)
        if name == "email" and partner.id in self._portal:
            return self._env._("it is the address of a login")
        if name in self._shared_fields and self._is_family(partner):
            return self._env._("it is shared with a contact that is changed in Odoo only")
        if self._is_shared(partner, name, has_parent):
            return self._env._("it is shared with the company; change it there")
        if name == "parent_id" and self._is_family(_company(mapping, value)):
            return self._env._("your own company's people are entered in Odoo")
        return None

    def _is_shared(self, partner: Any, name: str, has_parent: bool) -> bool:
        """Whether Odoo would pass the field on to the company, and so to all who work there.

        ``has_parent``: whether the contact, which may be about to be created, gets a company now.
        """
        if name not in self._shared_fields or not (has_parent or partner.parent_id):
            return False
        if name in partner._address_fields():
            return partner.type in (False, "contact")
        return not partner or partner.commercial_partner_id != partner

    def _whose(self, partner: Any) -> str:
        if partner.id in self._internal:
            return self._env._("an internal user's contact is changed in Odoo only")
        return self._env._("your own company's contact is changed in Odoo only")

    # ---- looked up once ----

    @cached_property
    def _users(self) -> Any:
        domain = [("partner_id", "in", self._partners.ids)]
        return self._env["res.users"].search_fetch(domain, ["partner_id", "share"])

    @cached_property
    def _portal_users(self) -> Any:
        """The users who see but their own documents; not the one of whom new ones are made."""
        portal, template = (
            self._env.ref(name, raise_if_not_found=False) or self._env[model]
            for name, model in (
                ("base.group_portal", "res.groups"),
                ("base.template_portal_user_id", "res.users"),
            )
        )
        outside = self._users.filtered("share") - template
        return outside.filtered_domain([("all_group_ids", "in", portal.ids)])

    @cached_property
    def _portal(self) -> set[int]:
        return set(self._portal_users.partner_id.ids)

    @cached_property
    def _internal(self) -> set[int]:
        """The ids of the contacts of all other users, whatever they are for."""
        return set((self._users - self._portal_users).partner_id.ids)

    @cached_property
    def _companies(self) -> set[int]:
        """The ids of the companies' own contacts."""
        domain = [("partner_id", "in", self._partners.ids)]
        return set(self._env["res.company"].search(domain).partner_id.ids)

    @cached_property
    def _shared_fields(self) -> set[str]:
        """What Odoo passes on from one contact of a company to the others."""
        contact = self._env["res.partner"]
        return {*contact._address_fields(), *contact._commercial_fields()}

    # ---- who shares an address ----

    def _is_family(self, partner: Any) -> bool:
        """Whether ``partner`` has the topmost company of a contact that is kept from User.com."""
        top = partner
        while top.parent_id:
            top = top.parent_id
        return bool(top) and top.id in self._guarded_tops

    @cached_property
    def _guarded_tops(self) -> set[int]:
        """The ids of the topmost contacts above all internal users and companies."""
        for model, names in _READ_BY_SQL.items():
            self._env[model].flush_model(names)
        rows = self._env.execute_query(
            SQL(
                """WITH RECURSIVE up(id, parent_id) AS (
                       SELECT p.id, p.parent_id FROM res_partner p
                        WHERE p.id IN (SELECT partner_id FROM res_users WHERE share IS NOT TRUE
                                       UNION SELECT partner_id FROM res_company)
                       UNION
                       SELECT p.id, p.parent_id FROM up JOIN res_partner p ON p.id = up.parent_id)
                   SELECT id FROM up WHERE parent_id IS NULL"""
            )
        )
        return {partner_id for (partner_id,) in rows}


def _company(mapping: Any, name: str) -> Any:
    """The company that User.com names; none where several are called so."""
    try:
        return RecordLookup(mapping).find_company(name or "")
    except ConversionError:
        return mapping.env["res.partner"]


# ---- the comparison ----

Values = dict[str, Any]
"""``{key: canonical value}``: the attribute's name and what both sides are compared in."""


@dataclass
class Sides:
    """What a contact and its user have, the same thing spelled alike: "Poland" for "PL".

    A key is missing where the value could not be carried over; ``problems`` tells of it.
    """

    odoo: Values
    usercom: Values
    problems: list[str]


@dataclass
class Outcome:
    """What a merge of the two sides comes to: what to write to the contact, and what to send.

    ``rules``: by which it was merged. ``kept``: {mapping: reason} of what the contact keeps from
    User.com. ``refused``: the keys of values that Odoo cannot take; ``problems`` tells of them.
    """

    agreed: Merge
    rules: Sequence[Rule]
    kept: dict[Any, str]
    vals: dict[str, Any]
    problems: list[str]
    refused: set[str]

    def overwritten(self, sides: Sides, base: Values) -> dict[str, list[Any]]:
        """Return ``{key: [Odoo's value, User.com's]}`` where one takes the place of the other.

        An empty value that gets one is not among them.
        """
        here, there = self.agreed.to_odoo, self.agreed.to_usercom
        found = {
            key: [sides.odoo[key], value]
            for key, value in here.items()
            if key not in self.refused and sides.odoo.get(key) not in (None, value)
        }
        for rule in self.rules:
            if rule.key in there:
                old = stated_value(rule, base.get(rule.key), sides.usercom.get(rule.key))
                if old not in (None, there[rule.key]):
                    found[rule.key] = [there[rule.key], old]
        return found


class Comparison:
    """Compares contacts with their users. What that takes is looked up once for many of them.

    ``partners`` are the contacts that are going to be compared, or an empty record where they are
    still to be created. A contact handed to a method is one as the account sees it, in its company
    and language.
    """

    def __init__(
        self, mappings: Any, partners: Any, memberships: Memberships | None = None
    ) -> None:
        memberships = memberships or Memberships()
        self.mappings = mappings
        self.memberships = memberships
        self.export = ValueExporter(mappings, memberships)
        self.rules = self.export.rules()
        self.attributes = {pair.key: pair.attribute for pair in self.export.pairs}
        if memberships.pairs:
            self.attributes |= memberships.attributes
        self.protected = ProtectedContacts(mappings, partners, memberships)
        self.phones = self.export.phones

    @cached_property
    def importer(self) -> ValueImporter:
        """What turns values of User.com into what is written to contacts."""
        return ValueImporter(self.mappings, self.memberships)

    def sides(self, partner: Any, user: User, base: Values) -> Sides:
        """Return what ``partner`` and ``user`` have. ``base``: what they last agreed on."""
        usercom, errors = read_user(user, self.attributes, base)
        odoo, problems = self.export(partner, usercom)
        usercom |= in_odoos_words(self.mappings, partner, odoo, usercom, base)
        self.phones.align(partner, base, odoo, usercom)
        return Sides(odoo, usercom, problems + unreadable_problems(self.mappings, user, errors))

    def merge(
        self,
        partner: Any,
        sides: Sides,
        base: Values,
        *,
        odoo_is_newer: bool | None,
        rules: Sequence[Rule] | None = None,
    ) -> Outcome:
        """Return what has to move between the two sides, by ``rules`` if others than usual."""
        if self.memberships.pairs:
            base = self.memberships.with_refusals(partner, base, sides.usercom)
        agreed, used, kept = self.protected.merge(
            self.rules if rules is None else rules,
            partner,
            base,
            sides.odoo,
            sides.usercom,
            odoo_is_newer=odoo_is_newer,
        )
        vals, problems, refused = self.importer(partner, agreed.to_odoo)
        return Outcome(agreed, used, kept, vals, sides.problems + problems, refused)

    def differences(self, partner: Any, user: User, base: Values) -> dict[str, tuple[Any, Any]]:
        """Return ``{key: (Odoo's value, User.com's)}`` of what is not the same on both sides."""
        sides, found = self.sides(partner, user, base), {}
        for rule in self.rules:
            if rule.key in sides.odoo and rule.key in sides.usercom:
                odoo, usercom = sides.odoo[rule.key], sides.usercom[rule.key]
                if odoo != usercom:
                    usercom = stated_value(rule, base.get(rule.key), usercom)
                if differs(rule, base, odoo, usercom):
                    found[rule.key] = odoo, usercom
        return found
