"""Pictures, as functions of a result."""
