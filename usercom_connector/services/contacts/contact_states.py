"""How contacts stand with the account of the current company.

A form, the column of a list, a filter and a group say the same: a contact whose user is gone, or
who was erased, is just that; who has something to be sent waits; all others are as their link says,
and who has none is not in User.com.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from odoo.tools import SQL

ABSENT, PENDING = "absent", "pending"
FEW = 10_000  # contacts, up to which those without a link are looked for first
LIVE = {"synced", "failed"}
FINAL = {"gone", "erased"}


@dataclass(frozen=True)
class Standing:
    """How one contact stands; ``left_at``: since when it is no longer synchronized."""

    state: str
    synced_at: datetime | None
    error: str | None
    left_at: datetime | None
    user_id: int | None
    account_state: str

    @property
    def is_linked(self) -> bool:
        """Whether it has a user and is synchronized."""
        return bool(self.user_id) and self.state not in FINAL and not self.left_at


class ContactStates:
    """The states of contacts, as ``res.partner.usercom_state`` has them."""

    def __init__(self, env: Any) -> None:
        self._env = env
        self._account_id = env["usercom.backend"]._id_of_company(env.company.id)
        env["usercom.backend"].flush_model(["state"])
        env["usercom.binding"].flush_model(["backend_id", "partner_id", "state", "left_at"])
        env["usercom.outbox"].flush_model(["backend_id", "partner_id", "state", "resource"])

    def of(self, partner_ids: Collection[int]) -> dict[int, Standing]:
        """Return {contact id: how it stands}, in one query; empty without an account."""
        if not (self._account_id and partner_ids):
            return {}
        rows = self._env.execute_query(
            SQL(
                """SELECT p.id, %(state)s, l.synced_at, l.last_error, l.left_at, l.external_id,
                          a.state
                     FROM unnest(%(partners)s) p(id)
                     JOIN usercom_backend a ON a.id = %(account)s
                     LEFT JOIN usercom_binding l
                       ON l.partner_id = p.id AND l.backend_id = %(account)s
                     LEFT JOIN (SELECT DISTINCT partner_id FROM usercom_outbox
                                 WHERE backend_id = %(account)s AND state = 'pending'
                                   AND resource = 'users'
                                   AND partner_id = ANY(%(partners)s)) o ON o.partner_id = p.id""",
                state=_state(SQL.identifier("l"), SQL.identifier("o")),
                partners=list(partner_ids),
                account=self._account_id,
            )
        )
        return {partner_id: Standing(*row) for partner_id, *row in rows}

    def column(self, query: Any, alias: str) -> SQL:
        """Return the state as a column of ``query``, in which ``alias`` is the contacts."""
        if not self._account_id:
            return SQL("CAST(NULL AS varchar)")
        link, waiting = f"{alias}__usercom_link", f"{alias}__usercom_waiting"
        links = "SELECT partner_id, state FROM usercom_binding WHERE backend_id = %s"
        rows = (
            "SELECT DISTINCT partner_id FROM usercom_outbox"
            " WHERE backend_id = %s AND state = 'pending' AND resource = 'users'"
        )
        for name, table in (
            (link, SQL(links, self._account_id)),
            (waiting, SQL(rows, self._account_id)),
        ):
            same = SQL("%s = %s", SQL.identifier(name, "partner_id"), SQL.identifier(alias, "id"))
            query.add_join("LEFT JOIN", name, SQL("(%s)", table), same)
        return _state(SQL.identifier(link), SQL.identifier(waiting))

    def condition(self, alias: str, states: Collection[Any]) -> SQL:
        """Return the condition that the contact ``alias`` is in one of ``states``.

        A single state, as a filter asks for, is no more than joins, and PostgreSQL chooses how to
        make them: by an index where few contacts of many are in it, else in the list's own order.
        """
        if not self._account_id:
            return SQL("true") if False in states else SQL("false")
        meant = {
            _LIVE: LIVE.intersection(states),
            _FINAL: FINAL.intersection(states),
            _PENDING: {PENDING}.intersection(states),
        }
        parts = [self._part(part, alias, found) for part, found in meant.items() if found]
        if ABSENT in states:
            parts.append(self._absent(alias))
        return SQL("(%s)", SQL(" OR ").join(parts)) if parts else SQL("false")

    def _absent(self, alias: str) -> SQL:
        """The condition that the contact ``alias`` is not in User.com, nor on its way there.

        After an initial sync that is true of few among thousands. They are found where the indexes
        of contacts and of links are read side by side, as PostgreSQL does if contacts come by id.
        """
        fenced = SQL("(SELECT id FROM res_partner ORDER BY id OFFSET 0) p")
        query = SQL(
            "SELECT id FROM %s WHERE %s LIMIT %s", fenced, self._part(_ABSENT, "p"), FEW + 1
        )
        found = [partner_id for (partner_id,) in self._env.execute_query(query)]
        if len(found) > FEW:
            return self._part(_ABSENT, alias)
        return SQL("%s = ANY(%s)", SQL.identifier(alias, "id"), found)

    def _part(self, part: str, alias: str, states: Collection[str] = ()) -> SQL:
        return SQL(
            part,
            account=self._account_id,
            contact=SQL.identifier(alias, "id"),
            states=list(states),
            final=[*FINAL],
        )


_FINAL = """
    EXISTS (SELECT FROM usercom_binding l
             WHERE l.backend_id = %(account)s AND l.partner_id = %(contact)s
               AND l.state = ANY(%(states)s))"""
_NOT_WAITING = """
    NOT EXISTS (SELECT FROM usercom_outbox o
                 WHERE o.backend_id = %(account)s AND o.partner_id = %(contact)s
                   AND o.state = 'pending' AND o.resource = 'users')"""
_LIVE = f"({_FINAL} AND {_NOT_WAITING})"
_ABSENT = f"""
    (NOT EXISTS (SELECT FROM usercom_binding l
                  WHERE l.backend_id = %(account)s AND l.partner_id = %(contact)s)
     AND {_NOT_WAITING})"""
_PENDING = """
    EXISTS (SELECT FROM (
        SELECT l.partner_id FROM usercom_binding l
         WHERE l.backend_id = %(account)s AND l.state = ANY(%(states)s)
         UNION ALL
        SELECT o.partner_id FROM usercom_outbox o
         WHERE o.backend_id = %(account)s AND o.state = 'pending' AND o.resource = 'users'
           AND NOT EXISTS (SELECT FROM usercom_binding l
                            WHERE l.backend_id = %(account)s AND l.partner_id = o.partner_id
                              AND l.state = ANY(%(final)s))) s
     WHERE s.partner_id = %(contact)s)"""


def _state(link: SQL, waiting: SQL) -> SQL:
    """The state of a contact with this ``link`` and this ``waiting`` row, which may be missing."""
    return SQL(
        """CASE WHEN %(link)s.state IN ('gone', 'erased') THEN %(link)s.state
                WHEN %(waiting)s.partner_id IS NOT NULL THEN 'pending'
                ELSE coalesce(%(link)s.state, 'absent') END""",
        link=link,
        waiting=waiting,
    )
