"""What an operator does to a queue: one file a verb, with its model, what it does, and how it is done for real."""
