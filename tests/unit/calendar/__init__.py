"""Cron expressions, compared with those of cron-parser."""
