"""The outcome of a run: trace, outcomes, metrics, detection, result; and the statistics of many runs."""
