"""How many small changes of the code make a test fail: ``python -m tests.mutation``."""
