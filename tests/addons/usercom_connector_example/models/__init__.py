from . import res_partner, usercom_backend, usercom_field_mapping
