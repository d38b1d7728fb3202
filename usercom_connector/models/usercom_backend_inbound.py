import logging
from dataclasses import dataclass, field
from typing import Any

from odoo import models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from ..services.brake import Brake, BrakeError
from ..services.contact_names import by_id
from ..services.email_addresses import normalized
from ..services.identity import ContactIdentity
from ..services.linking import Linking
from ..services.matcher import Matcher
from ..services.quiet_sql import described
from ..services.savepoints import attempted

_logger = logging.getLogger(__name__)


@dataclass
class TakenIn:
    """What became of one user: its contact, if any, what went wrong, whether to read it again,
    whether somebody has to choose who it is, whether it told Odoo anything new, why it was left
    alone, whether it is a second user that we have created for the contact.
    """

    partner: Any
    problems: list = field(default_factory=list)
    stale: bool = False
    erased: bool = False
    ambiguous: bool = False
    is_news: bool = False
    left_out: str = ""
    is_second: bool = False

    @classmethod
    def of(cls, meeting, is_news):
        return cls(meeting.partner, meeting.problems, is_news=is_news, left_out=meeting.left_out)

    @property
    def is_another(self):
        """Whether the contact is another user already."""
        return self.ambiguous and bool(self.partner)


class UsercomBackend(models.Model):
    """What happens to the users that User.com tells of: merged, met for the first time, refused."""

    _inherit = "usercom.backend"

    def _take_in(self, users, chosen=None, prompts=None, only_linked=False):
        """Bring what User.com now says of ``users`` to the contacts: ``{user id: TakenIn}``.

        ``chosen``: {user id: contact} where a person has chosen the contact. ``prompts``: {user id:
        inbox rows} that ask for them. ``only_linked``: leave alone who is not linked yet.
        """
        taken, matcher = {}, Matcher(self)
        for lot in self._lots(users, matcher):
            found, outsiders = (
                (matcher.linked(lot), {}) if only_linked else matcher.find_contacts(lot)
            )
            found |= self._free(chosen or {})
            taken |= self._take_in_lot(lot, found, outsiders, prompts or {}, only_linked)
        return taken

    def _take_in_page(self, users, **how):
        """As ``_take_in``; where one user is in the way of the others, each by itself.

        As with an import of Odoo, no message on each contact tells that it was created.
        """
        if not users:
            return {}
        # Foreign keys are checked by plans that PostgreSQL keeps. Those made while there were few
        # contacts read all of them for each link, however many there are by now.
        self.env.cr.execute("DISCARD PLANS")
        page = self.with_context(mail_create_nolog=True)
        taken, error = attempted(self.env, page._take_in, users, **how)
        if error is None:
            return taken
        if isinstance(error, BrakeError):
            raise error  # for the page as a whole: it is read again
        if len(users) == 1:
            _logger.info("user.com user %s could not be stored: %s", users[0].id, described(error))
            return {users[0].id: TakenIn(self.env["res.partner"], [str(error)])}
        return {
            key: case for user in users for key, case in self._take_in_page([user], **how).items()
        }

    def _count_news(self, taken):
        """Count those of ``taken`` that nobody asked for and that told Odoo something."""
        if news := sum(case.is_news for case in taken):
            self.env["usercom.statistic"]._count(self, "received", news)

    def _lots(self, users, matcher):
        """The users in lots in which no two may be the same person."""
        while users:
            lot, later, seen = [], [], set()
            for user in users:
                keys = {normalized(user.email), matcher.phone(user)} - {None}
                (later if keys & seen else lot).append(user)
                seen |= keys
            yield lot
            users = later

    def _free(self, chosen):
        """The ``chosen`` contacts but those whose user is another contact's."""
        linking = Linking(self)
        return {
            user_id: partner
            for user_id, partner in chosen.items()
            if not linking.other_contact(partner, user_id)
        }

    def _take_in_lot(self, users, found, outsiders, prompts, only_linked):
        known = [user for user in users if user.id in found]
        new = [] if only_linked else [user for user in users if user.id not in found]
        partners = self.env["res.partner"].union(*found.values())
        bindings = self.env["usercom.binding"]._of(self, partners)
        refused = {user.id: self._refusal(user, found[user.id], bindings) for user in known}
        pairs = [(found[user.id], user) for user in known if refused[user.id] is None]
        edited = {partner.id: partner.write_date for partner, _user in pairs}
        self._heed_prompts(pairs, prompts)
        self._merge_seconds(refused, bindings)
        merged = {
            key: TakenIn.of(met, is_news=bool(met.written))
            for key, met in (self._merge_users(pairs, edited) if pairs else {}).items()
        }
        return (
            {key: case for key, case in refused.items() if case}
            | merged
            | self._meet(new, outsiders)
        )

    def _merge_seconds(self, refused, bindings):
        """Have User.com merge the second users of ``{user id: TakenIn}`` into the first ones."""
        for user_id, case in refused.items():
            if case and case.is_second:
                first = bindings[case.partner.id].external_id
                self.env["usercom.outbox"]._enqueue_merge(self, first, [user_id])

    def _heed_prompts(self, pairs, prompts):
        """Withdraw first what the calls of User.com show as withdrawn."""
        for partner, user in pairs:
            if rows := prompts.get(user.id):
                rows._heed_withdrawals(self._told_by(rows, user), partner, user)

    def _refusal(self, user, partners, bindings):
        """Why ``user`` is not merged into ``partners``; None if nothing is in the way."""
        nobody = self.env["res.partner"]
        if len(partners) > 1:
            return TakenIn(nobody, [self._ambiguous_message(user, partners)], ambiguous=True)
        if partners.company_id and partners.company_id != self.company_id:
            return TakenIn(nobody)  # it has moved to a company that this account does not serve
        binding = bindings.get(partners.id)
        if binding and binding.state == "erased":
            return TakenIn(nobody, erased=True)
        is_another = binding and binding._is_live() and binding.external_id != user.id
        if is_another and binding._is_second(user):
            return TakenIn(partners, is_second=True)
        if is_another and ContactIdentity(self).known_id(self._seen(partners)) != user.id:
            problem = self._other_user_message(user, binding)
            return TakenIn(partners, [problem], ambiguous=True)
        if binding and binding._knows_newer(user):
            return TakenIn(partners, stale=True)
        return None

    def _ambiguous_message(self, user, partners):
        return self.env._(
            "Several contacts match User.com user %(user)s: %(contacts)s. "
            "Enter the id %(id)s in the User.com ID of the right one.",
            user=user.email or user.id,
            id=user.id,
            contacts=by_id(partners),
        )

    def _other_user_message(self, user, binding):
        return self.env._(
            "User.com user %(user)s is the same person as %(contact)s, who is User.com user "
            "%(other)s already. Merge the two users in User.com.",
            user=user.id,
            contact=by_id(binding.partner_id),
            other=binding.external_id,
        )

    # ---- people Odoo does not know yet ----

    def _meet(self, users, outsiders):
        """What the account does with new people: ``{user id: TakenIn}``.

        ``outsiders``: {user id: contacts} of those who are in Odoo but take no part.
        """
        nobody = self.env["res.partner"]
        erased = self.env["usercom.tombstone"]._erased(self, users)
        why_not = self._why_not_created()
        met = {u.id: TakenIn(nobody, erased=u.id in erased, left_out=why_not) for u in users}
        new = self._importable([user for user in users if user.id not in erased])
        if why_not:
            return met
        left_out = self._leave_out(new, outsiders)
        new, met = [user for user in new if user.id not in left_out], met | left_out
        if not new:
            return met
        self._hold_back_others(new)
        Brake(self).count({"created_here": len(new)})
        created = self._create_contacts(new)
        partner_ids = [meeting.partner.id for meeting in created.values()]
        self._after_new_contacts(self._seen(self.env["res.partner"].browse(partner_ids)))
        if self.new_user_policy == "lead" and "crm.lead" in self.env:
            self._create_leads([meeting.partner for meeting in created.values()])
        return met | {key: TakenIn.of(made, is_news=True) for key, made in created.items()}

    def _why_not_created(self):
        """Why new people become no contacts; empty if they do."""
        if self.new_user_policy not in ("link", "ignore"):
            return ""
        return self.env._(
            "Left alone: New people in User.com become no contacts, as the settings say."
        )

    def _leave_out(self, users, outsiders):
        """``{user id: TakenIn}`` of those whose contact is there, but takes no part."""
        nobody = self.env["res.partner"]
        return {
            user.id: TakenIn(nobody, left_out=self._outsider_message(user, outsiders[user.id]))
            for user in users
            if user.id in outsiders
        }

    def _outsider_message(self, user, partners):
        return self.env._(
            "Left alone: User.com user %(user)s is %(contacts)s in Odoo, not among the contacts "
            "that take part.",
            user=user.email or user.id,
            contacts=by_id(partners),
        )

    def _hold_back_others(self, users):
        """Let no other account create contacts of these e-mail addresses until we have."""
        if emails := sorted(filter(None, {normalized(user.email) for user in users})):
            query = SQL("SELECT id FROM res_partner WHERE email_normalized IN %s", tuple(emails))
            self._hold_back([f"usercom {email}" for email in emails], query)

    def _hold_back_company(self, name):
        """Let no other account create a company of this name until we have."""
        same = SQL("name ILIKE %s", escape_psql(name))
        query = SQL("SELECT id FROM res_partner WHERE is_company AND %s", same)
        self._hold_back([f"usercom company {name.casefold()}"], query)

    def _hold_back(self, locks, query):
        """Let nobody else have these locks until our transaction ends.

        What another one has committed since it began we cannot see. Then, if ``query`` finds such
        a contact, Odoo rolls back and tries again.
        """
        if self._is_alone():
            return
        for lock in locks:
            self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", lock))
        self.env.flush_all()
        known = set(self.env.execute_query(query))
        with self.env.registry.cursor() as fresh:
            fresh.execute(query)
            if set(fresh.fetchall()) - known:
                raise ConcurrencyError("another account has just created the contact")

    def _create_leads(self, partners):
        self.env["crm.lead"].sudo().with_company(self.company_id).create(
            [
                {
                    "name": self.env._("%s (User.com)", partner.display_name),
                    "partner_id": partner.id,
                    "type": "lead",
                    "company_id": self.company_id.id,
                }
                for partner in partners
            ]
        )
