def migrate(cr, _version):
    """When the last full comparison ended was not kept: it is taken for when that one began."""
    cr.execute(
        """UPDATE usercom_sweep SET ended_at = started_at
            WHERE kind = 'compare' AND newest_prompt IS NOT NULL AND error IS NULL
              AND NOT coalesce(is_open, false)"""
    )
