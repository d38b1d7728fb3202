from . import (
    guarded,
    page_guard,
    ir_http,
    ir_module_module,
    ir_rule,
    ir_ui_menu,
)
