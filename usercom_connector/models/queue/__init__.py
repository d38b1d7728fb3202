from . import (
    statistic,
    queue,
    inbox,
    outbox_enqueue,
    outbox,
    event,
    touched,
    failure,
)
