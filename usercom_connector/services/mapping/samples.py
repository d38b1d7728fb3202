"""How many linked contacts have each paired value, and who: from what the links last agreed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from odoo.tools import SQL

SAMPLE = 5000  # links; more are judged by about so many of them, which is right to a percent or two
SHOWN = 5  # contacts for each pair: some may not be read by everybody
EMPTY = ("null", '""', "[]")


@dataclass(frozen=True)
class ValueSample:
    """Of `compared` contacts, `filled` have a value; `partner_ids`: some of them, the best first.

    The best are those who have most of the other values too, so that the examples of all pairs are
    mostly of one person.
    """

    compared: int
    filled: int
    partner_ids: Sequence[int]


def sample_values(backend: Any) -> dict[str, ValueSample]:
    """Return {key: sample} of the account; a key that no contact was compared by is left out."""
    bindings = backend.env["usercom.binding"]
    bindings.flush_model(["backend_id", "partner_id", "external_id", "state", "left_at", "base"])
    rows = backend.env.execute_query(
        SQL(
            """WITH link AS MATERIALIZED (
                 SELECT partner_id, base FROM usercom_binding %(sampled)s
                  WHERE backend_id = %(backend)s AND external_id > 0 AND left_at IS NULL
                    AND state NOT IN ('gone', 'erased') AND jsonb_typeof(base) = 'object'
                  LIMIT %(most)s),
               agreed AS (
                 SELECT partner_id, key, value::text <> ALL(%(empty)s) AS is_filled
                   FROM link, jsonb_each(base)),
               ranked AS (
                 SELECT *, count(*) FILTER (WHERE is_filled) OVER (PARTITION BY partner_id) AS rank
                   FROM agreed)
               SELECT key, count(*), count(*) FILTER (WHERE is_filled),
                      (array_agg(partner_id ORDER BY rank DESC, partner_id DESC)
                         FILTER (WHERE is_filled))[:%(shown)s]
                 FROM ranked GROUP BY key""",
            sampled=_sampled(backend),
            backend=backend.id,
            most=SAMPLE,
            empty=list(EMPTY),
            shown=SHOWN,
        )
    )
    return {key: ValueSample(compared, filled, ids or ()) for key, compared, filled, ids in rows}


def _sampled(backend: Any) -> SQL:
    """Return how the table is read: whole by the account's index, or some of its pages by chance.

    The same pages each time, so that the numbers stand still while nothing changes.
    """
    [[links, table]] = backend.env.execute_query(
        SQL(
            """SELECT (SELECT count(*) FROM (
                         SELECT 1 FROM usercom_binding
                          WHERE backend_id = %(backend)s AND external_id > 0
                          LIMIT %(most)s) AS link),
                      (SELECT reltuples FROM pg_class WHERE oid = 'usercom_binding'::regclass)""",
            backend=backend.id,
            most=SAMPLE + 1,
        )
    )
    if links <= SAMPLE or table <= SAMPLE:
        return SQL()
    return SQL("TABLESAMPLE SYSTEM (%s) REPEATABLE (0)", 100 * SAMPLE / table)
