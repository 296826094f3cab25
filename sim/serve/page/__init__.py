"""The live page: a running world in a browser."""
