SPLIT = """
    UPDATE usercom_binding b SET base = coalesce(s.agreed, '{}'), remote_base = s.remote
      FROM (SELECT id,
                   jsonb_object_agg(key, value) FILTER (WHERE right(key, 1) <> '≠') AS agreed,
                   jsonb_object_agg(left(key, -1), value)
                       FILTER (WHERE right(key, 1) = '≠') AS remote
              FROM usercom_binding, jsonb_each(base)
             WHERE position('≠' IN base::text) > 0
             GROUP BY id) s
     WHERE b.id = s.id AND s.remote IS NOT NULL"""


def migrate(cr, _version):
    """What User.com has where each side keeps its own value gets a column of its own.

    Until now it was in the base as well: {"city": "Łódź", "city≠": "Gdynia"}.
    """
    cr.execute(SPLIT)
