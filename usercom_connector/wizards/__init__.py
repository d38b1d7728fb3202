from . import (
    base_module_uninstall,
    base_partner_merge,
    usercom_attribute_creation,
    usercom_explanation,
    usercom_mapping_suggestion,
)
