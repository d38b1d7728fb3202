from . import (
    base_module_uninstall,
    base_partner_merge,
    ir_actions_server_usercom_test,
    usercom_attribute_creation,
    usercom_explanation,
    usercom_mapping_suggestion,
)
