def migrate(cr, _version):
    """Phone numbers are sent in international form, other values as they are; none has a path.

    Odoo would compute the new columns itself, and check each pair: one that cannot work any more,
    such as a consent that “Employee” was to be, would end the upgrade.
    """
    cr.execute(
        """ALTER TABLE usercom_field_mapping ADD COLUMN IF NOT EXISTS conversion varchar,
                                             ADD COLUMN IF NOT EXISTS path varchar"""
    )
    cr.execute(
        """UPDATE usercom_field_mapping m SET conversion = 'e164'
             FROM ir_model_fields f, usercom_attribute a
            WHERE f.id = m.field_id AND a.id = m.attribute_id AND f.ttype = 'char'
              AND (f.name IN ('phone', 'mobile') OR a.name_std = 'phone_number')"""
    )
