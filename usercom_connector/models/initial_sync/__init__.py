from . import (
    sync_report,
    sync,
    sync_field,
    sync_line,
)
