"""What the database asks of our work: short transactions, its identity, its caches."""
