"""Two versions of a system side by side: what differs in their settings, in their runs, and for a single job."""
