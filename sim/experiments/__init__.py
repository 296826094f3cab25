"""Asking questions of a scenario: one run, both modes beside each other."""
