STATEMENTS = (
    "UPDATE usercom_outbox SET error_code = 'other' WHERE state = 'failed' AND error_code IS NULL",
    "UPDATE usercom_inbox SET error_code = 'other' WHERE state = 'failed' AND error_code IS NULL",
    "UPDATE usercom_outbox SET retries = attempts WHERE state = 'pending' AND retries IS NULL",
    "UPDATE usercom_inbox SET retries = attempts WHERE state = 'pending' AND retries IS NULL",
)


def migrate(cr, _version):
    """What failed before has no code, and what waits keeps its place in the growing delays."""
    for statement in STATEMENTS:
        cr.execute(statement)
