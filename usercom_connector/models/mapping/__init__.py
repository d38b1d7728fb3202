from . import (
    attribute,
    hooks,
    field_mapping,
)
