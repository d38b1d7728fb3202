from . import (
    guarded,
    page_guard,
    stepwise,
    stepwise_opening,
    ir_http,
    ir_module_module,
    ir_rule,
    ir_ui_menu,
)
