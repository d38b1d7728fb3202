"""Failed entries of the queues: what alike ones are recognised by, and what becomes of them."""
