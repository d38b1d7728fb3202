"""What the queues of an account have in common: turns, locks, limits, and rows that fail."""
