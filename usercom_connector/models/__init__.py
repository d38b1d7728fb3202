from . import (
    common,
    contact,
    company,
    consent,
    backend,
    mapping,
    queue,
    reconciliation,
    initial_sync,
    history,  # the last: its view is made of their tables
)
