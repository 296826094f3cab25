"""The results folder: everything about one run, under fixed names."""

import gzip
import io
import json
from collections.abc import Iterable
from pathlib import Path

from sim.core.gc_tuning import fewer_collections
from sim.reports.file_set import replace_one, replace_together
from sim.results.result import Result

_PICTURES = ("outcomes", "timeline", "jobs", "monitoring")
NAMES = (
    "result.json",
    "trace.ndjson.gz",
    "errors.ndjson",
    *(f"{name}.png" for name in _PICTURES),
    "report.html",
)
"""Every name that a results folder may have in it."""
_LEVEL = 6
"""How hard the trace is packed: a tenth larger than at the hardest, in a fifth of the time."""


def write_results(result: Result, folder: Path, *, plots: bool = True) -> list[Path]:
    """Write ``result.json`` and ``trace.ndjson.gz``, with ``plots`` also the pictures and ``report.html``.

    ``errors.ndjson`` is there if the error log was kept and is not empty. What an earlier run left is replaced as a
    whole, or stays as a whole; other files in the folder are left alone. Equal results give equal bytes.

    Raises:
        OutputError: The folder or a file in it cannot be written; then it is as it was.
    """
    with fewer_collections():
        files = _data_files(result)
        if plots:
            files |= _picture_files(result)
    return replace_together(folder, files, gone=NAMES)


def _data_files(result: Result) -> dict[str, bytes]:
    trace = packed_trace(result)  # first, because its hash, which stands in the result, comes with it
    text = json.dumps(result.as_dict(), indent=2, ensure_ascii=False) + "\n"
    files = {"result.json": text.encode(), "trace.ndjson.gz": trace}
    if result.error_count:
        files["errors.ndjson"] = _joined(result.error_lines())
    return files


def _picture_files(result: Result) -> dict[str, bytes]:
    from sim.reports.html import render_report
    from sim.reports.pictures import draw_pictures

    pictures = draw_pictures(result)
    files = {f"{picture.name}.png": picture.png for picture in pictures}
    return files | {"report.html": render_report(result, pictures).encode()}


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    write_bytes(path, text.encode())


def write_lines(path: Path, lines: Iterable[str]) -> Path:
    """Write lines to a file, whole or not at all, and return its path.

    Raises:
        OutputError: It cannot be written.
    """
    return write_bytes(path, _joined(lines))


def write_bytes(path: Path, content: bytes) -> Path:
    """Write a file, whole or not at all, and return its path; what is no ordinary file (a pipe) is written through.

    Raises:
        OutputError: It cannot be written.
    """
    return replace_one(path, content)


def _joined(lines: Iterable[str]) -> bytes:
    whole = io.BytesIO()
    whole.writelines(f"{line}\n".encode() for line in lines)
    return whole.getvalue()


def packed_trace(result: Result) -> bytes:
    """Return the trace of all modes, packed; no time of writing is in it."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0, compresslevel=_LEVEL) as packed:
        for one in result.modes.values():
            for block in one.trace.blocks():
                packed.write(block)
    return buffer.getvalue()
