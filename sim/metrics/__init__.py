"""What is measured: one entry a metric in ``catalogue``, with its names, unit and meaning, and how it is read."""
