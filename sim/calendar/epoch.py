"""Where simulated time stands in the calendar."""

EPOCH_MS = 1_767_225_600_000
"""When every run begins: 2026-01-01 00:00:00 UTC, a Thursday."""
