"""Rows that are kept no longer are removed a batch at a time.

Odoo's clean-up job commits each batch and comes back for the next. So whoever deletes a contact
whose rows are just being removed waits for one batch, not for half a million rows.
"""

from typing import Any

from odoo.tools import SQL

BATCH = 1000


def delete_batch(model: Any, condition: SQL, most: int = BATCH) -> int:
    """Delete at most ``most`` rows that meet the SQL ``condition``; returns how many.

    Past the ORM: nothing hangs on these rows. Those that somebody has locked are left for later.
    In an array the query is run but once. As a plain subquery PostgreSQL may run it for each row
    that it meets, each time with the next ``most`` rows: then one batch takes them all.
    """
    model.flush_model()
    deleted = model.env.execute_query(
        SQL(
            """DELETE FROM %(table)s WHERE id = ANY(ARRAY(
                   SELECT id FROM %(table)s WHERE %(condition)s
                    ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED))
               RETURNING id""",
            table=SQL.identifier(model._table),
            condition=condition,
            most=most,
        )
    )
    model.invalidate_model()
    return len(deleted)
