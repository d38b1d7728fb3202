from . import (
    statistic,
    queue,
    inbox,
    outbox_enqueue,
    outbox,
    touched,
    failure,
)
