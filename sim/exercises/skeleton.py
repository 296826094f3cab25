"""The files of a new exercise, to be filled in."""
from pathlib import Path
def write_skeleton(folder: Path) -> list[Path]:
    return []
