from . import (
    conflict,
    drift,
    sweep,
)
