"""What will hurt in a configuration, with the evidence."""
