from . import (
    mailing_contact,
    mailing_list,
    mailing_subscription,
    res_config_settings,
    res_partner,
    usercom_backend,
    usercom_label,
    usercom_list_mapping,
)
