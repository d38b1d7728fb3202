import logging
from dataclasses import dataclass, field
from typing import Any

from psycopg2 import OperationalError

from odoo import models
from odoo.exceptions import AccessError, ConcurrencyError
from odoo.tools import SQL, email_normalize

_logger = logging.getLogger(__name__)


@dataclass
class TakenIn:
    """What became of one user: its contact, if any, what went wrong, whether to read it again."""

    partner: Any
    problems: list = field(default_factory=list)
    stale: bool = False
    erased: bool = False


class UsercomBackend(models.Model):
    """What happens to the users that User.com tells of: merged, met for the first time, refused."""

    _inherit = "usercom.backend"

    def _take_in(self, users, chosen=None, prompts=None, only_linked=False):
        """Bring what User.com now says of ``users`` to the contacts: ``{user id: TakenIn}``.

        ``chosen``: {user id: contact} where a person has chosen the contact. ``prompts``: {user id:
        inbox rows} that ask for them. ``only_linked``: leave alone who is not linked yet.
        """
        taken = {}
        for lot in self._lots(users):
            found = (self._by_link if only_linked else self._find_contacts)(lot)
            taken |= self._take_in_lot(
                lot, found | self._free(chosen or {}), prompts or {}, only_linked
            )
        return taken

    def _take_in_page(self, users, **how):
        """As ``_take_in``; where one user is in the way of the others, each by itself."""
        if not users:
            return {}
        try:
            with self.env.cr.savepoint():
                return self._take_in(users, **how)
        except (OperationalError, ConcurrencyError):
            raise  # to be tried again by ``retrying``
        except Exception as error:  # another app's rules; one contact must not stop the rest
            self.env.invalidate_all()
            if len(users) == 1:
                _logger.info("user.com user could not be stored", exc_info=True)
                return {users[0].id: TakenIn(self.env["res.partner"], [str(error)])}
        return {
            key: case for user in users for key, case in self._take_in_page([user], **how).items()
        }

    def _lots(self, users):
        """The users in lots in which no two may be the same person."""
        while users:
            lot, later, seen = [], [], set()
            for user in users:
                keys = {email_normalize(user.email, strict=False), self._phone_key(user)} - {None}
                (later if keys & seen else lot).append(user)
                seen |= keys - {False}
            yield lot
            users = later

    def _phone_key(self, user):
        return self._e164(user.phone_number) if self.match_phone else None

    def _free(self, chosen):
        """The ``chosen`` contacts but those whose user is another contact's."""
        return {
            user_id: partner
            for user_id, partner in chosen.items()
            if not self._bound_elsewhere(partner, user_id)
        }

    def _take_in_lot(self, users, found, prompts, only_linked):
        known = [user for user in users if user.id in found]
        new = [] if only_linked else [user for user in users if user.id not in found]
        partners = self.env["res.partner"].union(*found.values())
        bindings = self.env["usercom.binding"]._of(self, partners)
        refused = {user.id: self._refusal(user, found[user.id], bindings) for user in known}
        pairs = [(found[user.id], user) for user in known if refused[user.id] is None]
        edited = {partner.id: partner.write_date for partner, _user in pairs}
        self._heed_prompts(pairs, prompts)
        problems = self._merge_users(pairs, edited) if pairs else {}
        merged = {user.id: TakenIn(partner, problems[user.id]) for partner, user in pairs}
        return {key: case for key, case in refused.items() if case} | merged | self._meet(new)

    def _heed_prompts(self, pairs, prompts):
        """Withdraw first what the calls of User.com show as withdrawn."""
        for partner, user in pairs:
            if rows := prompts.get(user.id):
                rows._heed_withdrawals(self._told_by(rows, user), partner, user)

    def _refusal(self, user, partners, bindings):
        """Why ``user`` is not merged into ``partners``; None if nothing is in the way."""
        nobody = self.env["res.partner"]
        if len(partners) > 1:
            return TakenIn(nobody, [self._ambiguous_message(user, partners)])
        if partners.company_id and partners.company_id != self.company_id:
            return TakenIn(nobody)  # it has moved to a company that this account does not serve
        binding = bindings.get(partners.id)
        is_another = binding and binding._is_live() and binding.external_id != user.id
        if is_another and self._known_id(self._seen(partners)) != user.id:
            return TakenIn(partners, [self._other_user_message(user, binding)])
        if binding and binding._knows_newer(user):
            return TakenIn(partners, stale=True)
        return None

    def _ambiguous_message(self, user, partners):
        return self.env._(
            "Several contacts match User.com user %(user)s: %(contacts)s. "
            "Enter the id %(id)s in the User.com key of the right one.",
            user=user.email or user.id,
            id=user.id,
            contacts=", ".join(partners.mapped("display_name")),
        )

    def _other_user_message(self, user, binding):
        return self.env._(
            "User.com user %(user)s is the same person as %(contact)s, who is User.com user "
            "%(other)s already. Merge the two users in User.com.",
            user=user.id,
            contact=binding.partner_id.display_name,
            other=binding.external_id,
        )

    def action_compare(self):
        """Compare all contacts with all users as soon as the drain comes to it."""
        if not self.env.user.has_group("usercom_connector.group_usercom_manager"):
            raise AccessError(self.env._("Only managers of User.com may compare."))
        self.check_access("read")
        for backend in self.sudo():
            self.env["usercom.sweep"].sudo()._of(backend, "compare").started_at = False
            backend._wake()

    # ---- people Odoo does not know yet ----

    def _meet(self, users):
        """What the account does with new people: ``{user id: TakenIn}``."""
        nobody = self.env["res.partner"]
        erased = self.env["usercom.tombstone"]._erased(self, users)
        met = {user.id: TakenIn(nobody, erased=user.id in erased) for user in users}
        new = [user for user in users if user.id not in erased and self._is_somebody(user)]
        if not new or self.new_user_policy not in ("create", "lead"):
            return met
        self._hold_back_others([email_normalize(user.email, strict=False) for user in new])
        created = self._create_contacts(new)
        if self.new_user_policy == "lead" and "crm.lead" in self.env:
            self._create_leads([partner for partner, _problems in created.values()])
        return met | {user_id: TakenIn(*contact) for user_id, contact in created.items()}

    @staticmethod
    def _is_somebody(user):
        """Whether there is anything to know a visitor by."""
        return bool(user.email or user.phone_number or user.values.get("name"))

    def _hold_back_others(self, emails):
        """Let no other account create contacts of these e-mail addresses until we have.

        What another one has committed since our transaction began we cannot see. Then Odoo rolls
        back and tries again.
        """
        emails = sorted(filter(None, emails))
        if not emails or self.search_count([]) < 2:
            return
        for email in emails:
            lock = SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"usercom {email}")
            self.env.cr.execute(lock)
        query = SQL("SELECT id FROM res_partner WHERE email_normalized IN %s", tuple(emails))
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
