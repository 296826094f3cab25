"""Metrics, health and alerts, one rule at a time."""
