from . import (
    attribute,
    hooks,
    conversion,
    mapping_value,
    field_mapping_examples,
    field_mapping,
)
