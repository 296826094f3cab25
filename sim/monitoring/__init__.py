"""What an operator could have seen: metrics over simulated time, the health of workers, alerts."""
