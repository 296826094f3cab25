"""The queue itself, on the redis-py API only: no simulated time, no sleeping, no wall clock."""
