from . import (
    common,
    contact,
    consent,
    backend,
    mapping,
    queue,
    reconciliation,
    initial_sync,
)
