"""The results folder: everything about one run, under fixed names."""

import gzip
import io
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sim.core.errors import OutputError
from sim.report.result import Result


def write_results(result: Result, folder: Path, *, plots: bool = True) -> list[Path]:
    """Write ``result.json`` and ``trace.ndjson.gz``, with ``plots`` also the pictures and ``report.html``.

    ``errors.ndjson`` is there if the error log was kept and is not empty; one of an earlier run is removed. Equal
    results give equal bytes. A file is complete or not there.

    Raises:
        OutputError: The folder or a file in it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(str(folder), error.strerror or str(error)) from None
    text = json.dumps(result.as_dict(), indent=2, ensure_ascii=False) + "\n"
    written = [
        write_bytes(folder / "result.json", text.encode()),
        write_bytes(folder / "trace.ndjson.gz", _trace(result)),
    ]
    errors = folder / "errors.ndjson"
    if result.error_count:
        written.append(write_lines(errors, result.error_lines()))
    else:
        _remove(errors)
    if plots:
        from sim.report.html import render_report
        from sim.report.pictures import draw_pictures

        pictures = draw_pictures(result)
        written += [write_bytes(folder / f"{picture.name}.png", picture.png) for picture in pictures]
        written.append(write_bytes(folder / "report.html", render_report(result, pictures).encode()))
    return written


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
    whole = io.BytesIO()
    whole.writelines(f"{line}\n".encode() for line in lines)
    return write_bytes(path, whole.getvalue())


def write_bytes(path: Path, content: bytes) -> Path:
    """Write a file, whole or not at all, and return its path; what is no ordinary file (a pipe) is written through.

    Raises:
        OutputError: It cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.write_bytes(content)
            return path
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise OutputError(str(path), error.strerror or str(error)) from None
    return path


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(str(path), error.strerror or str(error)) from None


def _trace(result: Result) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as packed:
        for one in result.modes.values():
            for line in one.ledger.lines():
                packed.write(line.encode() + b"\n")
    return buffer.getvalue()
