from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from odoo import models

from ..usercom import Merge, User, merge
from ..usercom.reading import read_user


@dataclass
class Meeting:
    """A contact and its user while they are merged. `written`: {key: canonical value}."""

    partner: Any
    user: User
    agreed: Merge
    problems: list = field(default_factory=list)
    vals: dict = field(default_factory=dict)
    written: dict = field(default_factory=dict)
    to_push: bool = False


class UsercomBackend(models.Model):
    """How what User.com says is merged into contacts, a page of users at a time."""

    _inherit = "usercom.backend"

    def _merge_user(self, partner, user):
        """Merge a ``usercom.User`` into ``partner``, who is or becomes its contact.

        Values that Odoo knows better are queued. Returns the problems.
        """
        return self._merge_users([(partner, user)])[user.id]

    def _merge_users(self, pairs, edited=None):
        """As ``_merge_user`` for many pairs; ``{user id: problems}``.

        ``edited``: {contact id: when it was changed} where it has been written to since.
        """
        edited = edited or {partner.id: partner.write_date for partner, _user in pairs}
        seen = self._seen(self.env["res.partner"].union(*(partner for partner, _user in pairs)))
        bindings = self.env["usercom.binding"]._of(self, seen)
        by_id = {partner.id: partner for partner in seen}
        mappings = self._active_mappings()
        terms = mappings, mappings._rules(), mappings._attributes()
        meetings = [
            self._meeting(by_id[partner.id], user, bindings.get(partner.id), edited, *terms)
            for partner, user in pairs
        ]
        self._write_contacts(meetings)
        self._settle_meetings(meetings, bindings)
        return {meeting.user.id: meeting.problems for meeting in meetings}

    def _meeting(self, partner, user, binding, edited, mappings, rules, attributes):
        """What has to move where between ``partner`` and ``user``; nothing is written yet."""
        base = binding.base or {} if binding else {}
        remote, errors = read_user(user, attributes, base)
        odoo, problems = mappings._export_values(partner, base)
        remote |= mappings._in_odoos_words(partner, odoo, remote)
        newer = user.updated_at and edited[partner.id] >= user.updated_at.replace(tzinfo=None)
        agreed = merge(rules, base, odoo, remote, odoo_is_newer=newer)
        meeting = Meeting(partner, user, agreed)
        meeting.vals, more, refused = mappings._odoo_values(partner, agreed.to_odoo)
        meeting.problems = problems + mappings._unreadable_problems(user, errors) + more
        meeting.written = {k: v for k, v in agreed.to_odoo.items() if k not in refused}
        meeting.to_push = bool(agreed.to_usercom)
        meeting.vals |= self._key_vals(partner, user.id)
        for key in refused:
            agreed.base.pop(key, None)
        agreed.base.update({key: remote[key] for key in agreed.to_usercom})  # until it is sent
        return meeting

    def _write_contacts(self, meetings):
        """Write the contacts, those that get the same values at once."""
        alike = defaultdict(list)
        for meeting in meetings:
            if meeting.vals:
                alike[repr(meeting.vals)].append(meeting)
        for group in alike.values():
            partners = self.env["res.partner"].union(*(meeting.partner for meeting in group))
            merged = self._seen(partners).with_context(usercom_merged_ids=partners._ids)
            merged.write(group[0].vals)
        self._note_told({meeting.partner: meeting.written for meeting in meetings})
        self._look_again([meeting for meeting in meetings if meeting.vals])

    def _look_again(self, meetings):
        """Agree on what Odoo made of the written values; what else it changed has to be sent."""
        mappings = self._active_mappings()
        exported = {m._key() for m in mappings if m.direction != "import"}
        respelled = {m._key() for m in mappings if m._has_own_words()}
        for meeting in meetings:
            base = meeting.agreed.base
            odoo, _problems = mappings._export_values(meeting.partner, base)
            base.update(
                {key: odoo[key] for key in respelled & odoo.keys() & meeting.written.keys()}
            )
            differing = {key for key in exported & odoo.keys() if odoo[key] != base.get(key)}
            meeting.to_push |= bool(differing)

    def _settle_meetings(self, meetings, bindings):
        """Link the contacts, record the conflicts, queue what Odoo knows better."""
        self._link_all(meetings, bindings)
        self.env["usercom.conflict"]._record(self, meetings)
        if to_push := [meeting.partner.id for meeting in meetings if meeting.to_push]:
            self.env["usercom.outbox"]._enqueue(to_push, self)

    def _link_all(self, meetings, bindings):
        """As ``_link``, for many."""
        missing = []
        for meeting in meetings:
            partner, user = meeting.partner, meeting.user
            error = "\n".join(meeting.problems)
            values = self.env["usercom.binding"]._agreement(
                user.id, user, meeting.agreed.base, error
            )
            if binding := bindings.get(partner.id):
                binding.write(values)
            else:
                missing.append({"backend_id": self.id, "partner_id": partner.id, **values})
        self.env["usercom.binding"].create(missing)

    # ---- people who are new ----

    def _create_contacts(self, users):
        """``{user id: (contact, problems)}`` for people who are new in User.com."""
        mappings = self._active_mappings().filtered(lambda mapping: mapping.direction != "export")
        empty = self._seen(self.env["res.partner"]).with_context(usercom_creating=True)
        attributes = mappings._attributes()
        meetings = [self._introduction(empty, mappings, attributes, user) for user in users]
        partners = empty.create([meeting.vals for meeting in meetings])
        for meeting, partner in zip(meetings, self._seen(partners), strict=True):
            meeting.partner = partner.with_context(usercom_creating=False)
        self._note_told({meeting.partner: meeting.written for meeting in meetings})
        self._look_again(meetings)
        self._settle_meetings(meetings, {})
        return {meeting.user.id: (meeting.partner, meeting.problems) for meeting in meetings}

    def _introduction(self, empty, mappings, attributes, user):
        values, errors = read_user(user, attributes, {})
        named = user.email or str(user.id)
        agreed = merge(mappings._rules(), {}, dict.fromkeys(values), values, odoo_is_newer=False)
        vals, problems, refused = mappings._odoo_values(empty, agreed.to_odoo, named)
        written = {key: value for key, value in agreed.to_odoo.items() if key not in refused}
        base = {key: value for key, value in agreed.base.items() if key not in refused}
        return Meeting(
            empty,
            user,
            Merge(base=base),
            problems + mappings._unreadable_problems(user, errors),
            self._contact_defaults(user) | mappings._unsaid() | vals,
            written,
        )

    def _contact_defaults(self, user):
        return {
            "name": user.values.get("name") or user.email or user.phone_number,
            "email": user.email,
            "type": "contact",
            self._key_field(): str(user.id),
        }
