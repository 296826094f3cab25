"""A copy of the package with a change in one room: shows what notices one file or one entry more."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]


def copy_package(folder: Path, room: str, changed: Mapping[str, str]) -> Path:
    """Make the copy in an empty folder and return that; what is not changed is linked.

    Args:
        room: The package below ``sim`` that is changed, such as ``faults``.
        changed: Text of its new or changed files, by name.
    """
    (folder / "sim" / room).mkdir(parents=True)
    for part in (ROOT / "sim").iterdir():
        if part.name not in (room, "__pycache__"):
            (folder / "sim" / part.name).symlink_to(part)
    for part in (ROOT / "sim" / room).iterdir():
        if part.name not in ("__pycache__", *changed):
            (folder / "sim" / room / part.name).symlink_to(part)
    for name, text in changed.items():
        (folder / "sim" / room / name).write_text(text)
    for part in ("tests", "scenarios"):
        (folder / part).symlink_to(ROOT / part)
    return folder


def python(folder: Path, *arguments: str) -> str:
    """Run Python where the copy is the package, and return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
