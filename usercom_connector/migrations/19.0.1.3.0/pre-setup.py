def migrate(cr, _version):
    """Accounts that ran before there was a set-up checklist have no use for it.

    And the webhook's self-test is stored as codes: a former result was in the words of its time.
    """
    cr.execute("ALTER TABLE usercom_backend ADD COLUMN IF NOT EXISTS is_setup_hidden bool")
    cr.execute(
        "UPDATE usercom_backend SET is_setup_hidden = true WHERE state IN ('running', 'paused')"
    )
    cr.execute("ALTER TABLE usercom_backend DROP COLUMN IF EXISTS webhook_test_result")
