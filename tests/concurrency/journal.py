"""What a process did, in a file of its own that keeps every line also when the process is killed."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """Appends one line for each entry straight to the operating system."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, event: str, **more: Any) -> None:
        """Append an entry."""
        os.write(self._file, (json.dumps({"event": event, **more}) + "\n").encode())


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """Read a journal back, oldest entry first."""
    for line in path.read_text().splitlines():
        yield json.loads(line)
