def migrate(cr, _version):
    """Odoo keeps the index that ``usercom_key`` had; PostgreSQL may take it for the better one."""
    cr.execute("DROP INDEX IF EXISTS res_partner__usercom_key_index")
