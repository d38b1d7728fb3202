from . import (
    connection,
    contact,
    company,
    alert,
    dashboard,
    setup,
    webhook,
    hooks,
    brake,
    backend,
    hold,
    res_config_settings,
)
