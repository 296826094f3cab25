"""From the options of a Bull queue, as one passes them to `new Queue()` and `add()`, to a scenario."""
