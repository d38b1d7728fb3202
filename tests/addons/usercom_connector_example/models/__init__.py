from . import res_partner, usercom_attribute, usercom_backend, usercom_field_mapping
