from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from odoo import models
from odoo.fields import Domain

from ..services.brake import Brake, import_effects
from ..services.comparison import Comparison
from ..services.identity import ContactIdentity
from ..services.linking import Linking
from ..services.own_context import with_own_context
from ..services.values.importer import LONGEST_NAME
from ..usercom import Merge, User, merge
from ..usercom.names import NAME_PARTS
from ..usercom.unconfirmed import acknowledged, still_open, with_names
from ..usercom.user_values import read_user


@dataclass
class Meeting:
    """A contact and its user while they are merged. `written`: {key: canonical value}.

    `left`: {key: canonical value} of what a contact still to be created could not be given.
    `kept`: what the contact keeps from User.com, see `ProtectedContacts`; `left_out` tells of it.
    """

    partner: Any
    user: User
    agreed: Merge
    problems: list = field(default_factory=list)
    vals: dict = field(default_factory=dict)
    written: dict = field(default_factory=dict)
    left: dict = field(default_factory=dict)
    unconfirmed: dict = field(default_factory=dict)
    to_push: bool = False
    kept: dict = field(default_factory=dict)
    left_out: str = ""

    def is_whole(self):
        """Whether nothing is left that the two cannot agree on."""
        return not self.problems and not self.agreed.base.remote


class UsercomBackend(models.Model):
    """How what User.com says is merged into contacts, a page of users at a time."""

    _inherit = "usercom.backend"

    def _merge_user(self, partner, user):
        """Merge a ``usercom.User`` into ``partner``, who is or becomes its contact.

        Values that Odoo knows better are queued. Returns the problems.
        """
        return self._merge_users([(partner, user)])[user.id].problems

    def _merge_users(self, pairs, edited=None):
        """As ``_merge_user`` for many pairs; ``{user id: Meeting}``.

        ``edited``: {contact id: when it was changed} where it has been written to since.
        """
        edited = edited or {partner.id: partner.write_date for partner, _user in pairs}
        seen = self._seen(self.env["res.partner"].union(*(partner for partner, _user in pairs)))
        bindings = self.env["usercom.binding"]._of(self, seen)
        by_id = {partner.id: partner for partner in seen}
        terms = Comparison(self._active_mappings(), seen)
        meetings = [
            self._meeting(by_id[partner.id], user, bindings.get(partner.id), edited, terms)
            for partner, user in pairs
        ]
        Brake(self).count(import_effects(meetings, terms.rules))
        self._write_contacts(meetings)
        self._settle_meetings(meetings, bindings)
        return {meeting.user.id: meeting for meeting in meetings}

    def _meeting(self, partner, user, binding, edited, comparison, rules=None):
        """What has to move where between ``partner`` and ``user``; nothing is written yet."""
        unconfirmed = binding._unconfirmed_by(user.id) if binding else {}
        base = with_names(self._base(partner, user, binding, comparison), unconfirmed, user)
        sides = comparison.sides(partner, user, base)
        rules = comparison.rules if rules is None else rules
        left_open = still_open(base, unconfirmed, sides.usercom, rules)
        base = acknowledged(base, unconfirmed, sides.usercom, rules, comparison.attributes)
        here = self._remote_clock().at(edited[partner.id])
        newer = user.updated_at and here >= user.updated_at.replace(tzinfo=None)
        outcome = comparison.merge(partner, sides, base, odoo_is_newer=newer, rules=rules)
        agreed, refused = outcome.agreed, outcome.refused
        meeting = Meeting(partner, user, agreed, outcome.problems, unconfirmed=left_open)
        meeting.left_out = comparison.protected.told(partner, outcome.kept)
        meeting.written = {k: v for k, v in agreed.to_odoo.items() if k not in refused}
        meeting.to_push = bool(agreed.to_usercom)
        meeting.vals = outcome.vals | Linking(self).key_vals(partner, user.id)
        agreed.base.restore(base, refused)
        # Until it is sent:
        agreed.base.update({key: sides.usercom[key] for key in agreed.to_usercom})
        _leave_apart(meeting, outcome.rules, sides.odoo, sides.usercom)
        return meeting

    def _base(self, partner, user, binding, terms):
        """What ``partner`` and ``user`` last agreed on; nothing where somebody chose the user."""
        if not binding:
            return {}
        if user.id in (binding.external_id, ContactIdentity(self).known_id(partner)):
            return binding._agreed_with(user.id)
        return binding._handed_on_to(user, {rule.key for rule in terms.rules if rule.consent})

    def _write_contacts(self, meetings):
        """Write the contacts, those that get the same values at once."""
        meetings, everybody = [meeting for meeting in meetings if meeting.vals], meetings
        merged = self.env["res.partner"].union(*(meeting.partner for meeting in meetings))
        # One context and one prefetch for them all: what Odoo looks up for one it has for each.
        seen = with_own_context(self._seen(merged), merged_ids=merged._ids)
        alike = defaultdict(list)
        for meeting in meetings:
            alike[repr(meeting.vals)].append(meeting)
        for group in alike.values():
            ids = [meeting.partner.id for meeting in group]
            seen.browse(ids).with_prefetch(seen._ids).write(group[0].vals)
        self._note_told({meeting.partner: meeting.written for meeting in everybody})
        self._look_again(meetings)

    def _look_again(self, meetings):
        """Agree on what Odoo made of the written values; what else it changed has to be sent."""
        mappings = self._active_mappings()
        exported = {m._key() for m in mappings if m.direction != "import"}
        respelled = {m._key() for m in mappings if m._has_own_words()}
        plain = {m._key() for m in mappings if not m.is_consent} - respelled
        export = mappings._exporter()
        for meeting in meetings:
            base = meeting.agreed.base
            odoo, _problems = export(meeting.partner, base)
            base.update(
                {key: odoo[key] for key in respelled & odoo.keys() & meeting.written.keys()}
            )
            for key in plain & odoo.keys() & meeting.written.keys():
                if odoo[key] != meeting.written[key]:  # rounded, cleaned: no edit
                    base.keep_apart(key, odoo[key], meeting.written[key])
            for key, value in meeting.left.items():
                if odoo.get(key) is not None:  # a default, which says nothing
                    base.keep_apart(key, odoo[key], value)
            differing = {key for key in exported & odoo.keys() if odoo[key] != base.get(key)}
            meeting.to_push |= bool(differing)

    def _settle_meetings(self, meetings, bindings):
        """Link the contacts, record the conflicts, queue what Odoo knows better."""
        known = {key for key, link in bindings.items() if link.external_id}
        self._link_all(meetings, bindings)
        new = [m.partner.id for m in meetings if m.partner.id not in known and not m.user.custom_id]
        if new and self._gives_custom_ids():
            self.env["usercom.outbox"]._enqueue_without_custom_id(self, new)
        about = Domain("external_id", "in", [m.user.id for m in meetings if m.is_whole()])
        self.env["usercom.inbox"]._supersede_failures(self, about)
        self.env["usercom.conflict"]._record(self, meetings)
        outbox = self.env["usercom.outbox"]
        if to_push := [meeting.partner.id for meeting in meetings if meeting.to_push]:
            outbox._enqueue(to_push, self)
        if pulled := [meeting.partner.id for meeting in meetings if meeting.written]:
            outbox._enqueue_elsewhere(self, pulled)
            self._after_pull(self._seen(self.env["res.partner"].browse(pulled)))

    def _link_all(self, meetings, bindings):
        """As ``Linking.link``, for many."""
        Binding = self.env["usercom.binding"]
        outside = self._newly_linked_outside(meetings, bindings)
        missing = []
        for meeting in meetings:
            partner, user = meeting.partner, meeting.user
            error = "\n".join(meeting.problems)
            values = Binding._agreement(
                user.id, user, meeting.agreed.base, error, meeting.unconfirmed
            )
            if partner in outside:
                values["left_at"] = values["synced_at"]
            if binding := bindings.get(partner.id):
                if orphans := binding._orphans():
                    values["created_with"] = dict(orphans.sent)
                binding.write(values)
            else:
                missing.append({"partner_id": partner.id, "left_at": None, **values})
        if missing:
            Binding._insert(self, missing)

    def _newly_linked_outside(self, meetings, bindings):
        """The contacts linked now that take no part: they never did, so they cannot leave."""
        known = {key for key, binding in bindings.items() if binding._is_live()}
        new = [meeting.partner.id for meeting in meetings if meeting.partner.id not in known]
        partners = self._partners().browse(new)
        domain = self._partner_domain()
        inside = partners.filtered("active").filtered_domain(domain)
        # Archived logins, too: in memory they are seen only if asked for.
        return partners - inside.with_context(active_test=False).filtered_domain(domain)

    # ---- people who are new ----

    def _create_contacts(self, users):
        """``{user id: Meeting}`` for people who are new in User.com."""
        mappings = self._active_mappings().filtered(lambda mapping: mapping.direction != "export")
        empty = with_own_context(self._seen(self.env["res.partner"]), creating=True)
        terms, defaults = Comparison(mappings, empty), mappings._unsaid() | {"type": "contact"}
        meetings = [self._introduction(empty, user, terms, defaults) for user in users]
        partners = empty.create([meeting.vals for meeting in meetings])
        created = with_own_context(partners, creating=False)
        for meeting, partner in zip(meetings, created, strict=True):
            meeting.partner = partner
            meeting.left_out = terms.protected.told(partner, meeting.kept)
        self._note_told({meeting.partner: meeting.written for meeting in meetings})
        self._look_again(meetings)
        self._settle_meetings(meetings, {})
        return {meeting.user.id: meeting for meeting in meetings}

    def _introduction(self, empty, user, terms, defaults):
        values, errors = read_user(user, terms.attributes, {})
        named = user.email or str(user.id)
        agreed = merge(terms.rules, {}, dict.fromkeys(values), values, odoo_is_newer=False)
        kept = terms.protected.kept(empty, agreed.to_odoo)
        keys = {mapping._key() for mapping in kept}
        told = {key: value for key, value in agreed.to_odoo.items() if key not in keys}
        vals, problems, refused = terms.read(empty, told, named)
        refused |= keys
        if user.name and not set(NAME_PARTS) <= values.keys():
            vals.pop("name", None)  # it is but a part of it
        written = {key: value for key, value in agreed.to_odoo.items() if key not in refused}
        return Meeting(
            empty,
            user,
            Merge(agreed.base.without(refused)),
            problems + terms.mappings._unreadable_problems(user, errors),
            defaults | self._contact_values(user) | vals,
            written,
            {key: values.get(key) for key in refused | errors.keys()},
            kept=kept,
        )

    def _contact_values(self, user):
        """What every contact gets, whatever is mapped."""
        name = user.name or ""
        return {
            "name": (len(name) <= LONGEST_NAME and name) or user.email or user.phone_number,
            "email": user.email,
            self._key_field(): str(user.id),
        }


def _leave_apart(meeting, rules, odoo, remote):
    """Count as left apart what Odoo has and cannot send: else it would be met for ever."""
    base, moving = meeting.agreed.base, meeting.agreed.to_usercom | meeting.written
    for key in (r.key for r in rules if r.direction != "import" and r.key not in moving):
        differs = key not in base or (key in remote and base[key] != odoo.get(key))
        if differs and odoo.get(key) is not None:
            base.keep_apart(key, odoo[key], remote.get(key))
