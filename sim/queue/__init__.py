"""The queue library: Bull's operations on the redis-py API, one file an operation, one atomic step each."""
