"""Writes verdicts as ``results.json``, each beside the answer that it judges."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from sim.core.errors import OutputError
from sim.exercises.answers import RESULTS
from sim.exercises.grading import Grade


def write_verdicts(grades: Iterable[Grade]) -> Iterator[OutputError]:
    """Write each verdict beside its answer, and yield why one could not be written; the others are."""
    for grade in grades:
        if grade.folder is None or grade.details is None:
            continue
        path = grade.folder / RESULTS
        try:
            _write(path, grade.details.json().encode())
        except OSError as error:
            yield OutputError(str(path), error.strerror or str(error))


def _write(path: Path, content: bytes) -> None:
    """Write a file in a folder that is not trusted: a link in its place is replaced, never written through."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    target = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(target, "wb") as file:
            file.write(content)
        os.replace(beside, path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
