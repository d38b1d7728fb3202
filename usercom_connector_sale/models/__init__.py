from . import (
    account_move,
    payment_transaction,
    product_product,
    product_template,
    res_config_settings,
    sale_order,
    sale_order_line,
    usercom_backend,
    usercom_event,
    usercom_order,
    usercom_order_stage,
    usercom_product,
)
