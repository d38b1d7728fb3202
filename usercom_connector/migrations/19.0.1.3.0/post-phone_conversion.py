from odoo.tools.sql import column_exists


def migrate(cr, _version):
    """That phone numbers are sent as typed is told by having no conversion.

    The others have been given the conversion to international form with its column.
    """
    if column_exists(cr, "usercom_field_mapping", "phone_format"):
        cr.execute(
            """UPDATE usercom_field_mapping SET conversion = NULL
                WHERE phone_format = 'typed' AND conversion = 'e164'"""
        )
