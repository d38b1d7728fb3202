from . import mailing_subscription, res_config_settings, usercom_backend
