def migrate(cr, _version):
    """No pair sums up anything yet; see ``19.0.1.3.0/pre-mapping_columns.py``."""
    cr.execute(
        """ALTER TABLE usercom_field_mapping ADD COLUMN IF NOT EXISTS summary varchar,
                                             ADD COLUMN IF NOT EXISTS summary_domain varchar"""
    )
