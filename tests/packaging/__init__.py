"""What is installed, and what it can do without."""
