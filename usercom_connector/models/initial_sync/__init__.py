from . import (
    sync_opening,
    sync_report,
    sync,
    sync_field,
    sync_line_value,
    sync_line,
)
