"""Experiments: several versions of a scenario, run with the same seeds and compared run by run."""
