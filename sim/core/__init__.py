"""Time, durations and errors: the words that every other layer uses."""
