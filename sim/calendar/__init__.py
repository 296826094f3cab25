"""Calendar time: cron expressions and time zones."""
