"""A running world, served to programs outside of it."""
