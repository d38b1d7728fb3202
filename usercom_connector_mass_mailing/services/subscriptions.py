"""Which mailing lists contacts are on: the subscriptions of their e-mail addresses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.usercom_connector.services.own_context import own_context, with_own_context

CONTACT, SUBSCRIPTION = "mailing.contact", "mailing.subscription"
FIELDS = ("usercom_mailing_list_ids", "usercom_opted_out_list_ids")  # of contacts

# ---- who is on which list ----


class Subscriptions:
    """The lists of some normalized addresses; one query for all of them.

    ``joined`` and ``refused`` are ``{address: ids of lists}``. Of several mailing contacts of one
    address, one that opted out of a list speaks for all.
    """

    def __init__(self, env: Any, emails: Iterable[Any]) -> None:
        self.joined: dict[str, set[int]] = defaultdict(set)
        self.refused: dict[str, set[int]] = defaultdict(set)
        for email, list_id, is_refused in self._rows(env, {email for email in emails if email}):
            (self.refused if is_refused else self.joined)[email].add(list_id)

    def _rows(self, env: Any, emails: set[str]) -> list[Any]:
        if not emails:
            return []
        env[CONTACT].flush_model(["email_normalized"])
        env[SUBSCRIPTION].flush_model(["contact_id", "list_id", "opt_out"])
        rows: list[Any] = env.execute_query(
            SQL(
                """SELECT c.email_normalized, s.list_id, bool_or(COALESCE(s.opt_out, false))
                     FROM mailing_contact c JOIN mailing_subscription s ON s.contact_id = c.id
                    WHERE c.email_normalized = ANY(%s) GROUP BY 1, 2""",
                list(emails),
            )
        )
        return rows


# ---- contacts get on lists and off them ----

Places = set[tuple[str, int]]
"""{(address, id of a list)}"""


def subscribe_as_wanted(partners: Any) -> None:
    """Have the contacts be on the lists that they show, as far as they have not opted out.

    Nobody who is on the blacklist is subscribed. To leave a list deletes the subscription: it is
    no opt-out, and says nothing of other lists.
    """
    env = with_own_context(partners, merged_ids=partners._ids).sudo().env
    emails = [email for email in partners.mapped("email_normalized") if email]
    known, blocked = Subscriptions(env, emails), env["mail.blacklist"]._blocked(emails)
    joining: Places = set()
    leaving: Places = set()
    for partner in partners.filtered("email_normalized"):
        email, wanted = partner.email_normalized, set(partner.usercom_mailing_list_ids.ids)
        leaving |= {(email, list_id) for list_id in known.joined[email] - wanted}
        if email not in blocked:
            new = wanted - known.joined[email] - known.refused[email]
            joining |= {(email, list_id) for list_id in new}
    _unsubscribe(env, leaving)
    _subscribe(env, joining, partners)


def _unsubscribe(env: Any, leaving: Places) -> None:
    if not leaving:
        return
    emails, lists = zip(*leaving, strict=True)
    found = env[SUBSCRIPTION].search(
        Domain("contact_id.email_normalized", "in", emails)
        & Domain("list_id", "in", lists)
        & Domain("opt_out", "=", False)
    )
    found.filtered(lambda s: (s.contact_id.email_normalized, s.list_id.id) in leaving).unlink()


def _subscribe(env: Any, joining: Places, partners: Any) -> None:
    if not joining:
        return
    emails = {email for email, _list_id in joining}
    members = _mailing_contacts(env, partners.filtered(lambda p: p.email_normalized in emails))
    env[SUBSCRIPTION].create(
        [
            {"contact_id": members[email].id, "list_id": list_id}
            for email, list_id in sorted(joining)
        ]
    )


def _mailing_contacts(env: Any, partners: Any) -> dict[str, Any]:
    """Return {address: its mailing contact} of these contacts; who has none gets one."""
    people = {partner.email_normalized: partner for partner in reversed(partners)}
    found = env[CONTACT].search([("email_normalized", "in", list(people))], order="id desc")
    members = {member.email_normalized: member for member in found}
    missing = [partner for email, partner in people.items() if email not in members]
    created = env[CONTACT].create([{"name": p.name, "email": p.email_normalized} for p in missing])
    return members | {member.email_normalized: member for member in created}


# ---- a contact gets another address ----


def follow_to_new_addresses(former: dict[Any, Any]) -> None:
    """Have subscriptions and opt-outs follow the contacts, ``{contact: its former address}``.

    Otherwise who changes the address would leave all lists, and could be added again to those that
    he opted out of. An address that another contact has, too, keeps its own.
    """
    changed = {
        partner: email
        for partner, email in former.items()
        if email and partner.email_normalized and partner.email_normalized != email
    }
    if not changed:
        return
    partners = next(iter(changed)).browse(partner.id for partner in changed)
    env = with_own_context(partners, merged_ids=partners._ids).sudo().env
    both = {*changed.values(), *partners.mapped("email_normalized")}
    members = env[CONTACT].search([("email_normalized", "in", list(both))])
    by_email = members.grouped("email_normalized")
    everybody = env["res.partner"].with_context(active_test=False)
    still_used = everybody.search([("email_normalized", "in", list(changed.values()))])
    kept = set(still_used.mapped("email_normalized"))
    for partner, email in changed.items():
        if not (old := by_email.get(email)):
            continue
        if email in kept or partner.email_normalized in by_email:
            _copy_subscriptions(old, _mailing_contacts(env, partner)[partner.email_normalized])
        else:
            old.email = partner.email_normalized
    partners.invalidate_recordset(FIELDS)


def _copy_subscriptions(old: Any, new: Any) -> None:
    """Have the mailing contact ``new`` on the paired lists that ``old`` is on, or has left."""
    lists = paired_lists(old.env)
    known = new.subscription_ids.list_id
    copied = old.subscription_ids.filtered(lambda each: each.list_id.id in lists)
    opted_out = {each.list_id: each.opt_out for each in copied.sorted("opt_out")}
    old.env[SUBSCRIPTION].create(
        [
            {"contact_id": new.id, "list_id": lst.id, "opt_out": is_out}
            for lst, is_out in opted_out.items()
            if lst not in known
        ]
    )


# ---- edits of subscriptions ----


def paired_lists(env: Any) -> frozenset[int]:
    """Return the ids of the mailing lists whose subscriptions are of concern."""
    lists: frozenset[int] = env["usercom.list.mapping"]._paired_list_ids()
    return lists


def queue_subscribers(members: Any) -> None:
    """Queue the contacts that have the addresses of these mailing contacts; in one query."""
    if not members:
        return
    env = members.env
    env["res.partner"].invalidate_model(FIELDS)
    env["res.partner"].flush_model(["email_normalized"])
    env[CONTACT].flush_model(["email_normalized"])
    rows = env.execute_query(
        SQL(
            """SELECT p.id FROM res_partner p
                WHERE p.email_normalized IN (SELECT c.email_normalized FROM mailing_contact c
                                              WHERE c.id = ANY(%s))""",
            list(members._ids),
        )
    )
    merged = own_context(env).merged_ids  # what User.com said is not sent back
    if partner_ids := {partner_id for (partner_id,) in rows} - set(merged):
        env["usercom.outbox"]._enqueue_later(partner_ids)
