from . import (
    attribute,
    hooks,
    field_mapping_examples,
    field_mapping,
)
