from . import (
    reading,
    conflict,
    drift,
    segment,
    segment_member,
    sweep,
)
