"""Showing a result: tables in the terminal, pictures, and a folder with everything in it."""
