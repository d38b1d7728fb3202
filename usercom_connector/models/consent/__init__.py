from . import (
    mail_blacklist,
    consent_log,
    consent_chain,
)
