from . import (
    base,
    ir_actions_server,
    ir_actions_server_usercom_value,
    ir_actions_server_usercom_choice,
    ir_model_fields,
    about_contact,
    link,
    binding,
    tombstone,
    res_partner,
    res_partner_category,
)
