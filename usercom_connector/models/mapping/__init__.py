from . import (
    attribute,
    hooks,
    conversion,
    mapping_value,
    path,
    field_mapping_examples,
    field_mapping,
    label,
    group_mapping,
    tag_mapping,
)
