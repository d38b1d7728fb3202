from . import (
    base,
    ir_actions_server,
    ir_model_fields,
    about_contact,
    link,
    binding,
    tombstone,
    res_partner,
)
