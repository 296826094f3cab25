"""What a command's exit code says; the highest of several counts."""

HOLDS = 0
VIOLATED = 1
"""An expectation does not hold, a check does not pass, a rehearsal disagrees."""
BAD_INPUT = 2
"""What was given cannot be used: options, a file, a place to write to."""
INTERNAL = 3
"""The program itself is at fault."""
INTERRUPTED = 130
BROKEN_PIPE = 141
