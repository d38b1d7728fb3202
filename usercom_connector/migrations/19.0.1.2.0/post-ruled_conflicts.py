def migrate(cr, _version):
    """What the rule of a pair has decided waits for nobody."""
    cr.execute(
        "UPDATE usercom_conflict SET state = 'ruled' WHERE state = 'open' AND winner <> 'none'"
    )
