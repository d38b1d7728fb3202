from . import (
    attribute,
    hooks,
    conversion,
    mapping_value,
    path,
    field_mapping_examples,
    field_mapping,
    label,
    membership,
    tag_mapping,
)
