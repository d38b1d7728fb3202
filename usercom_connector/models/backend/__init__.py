from . import (
    connection,
    contact,
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
