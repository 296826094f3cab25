"""The results folder: everything about one run, under fixed names."""

import gzip
import io
import json
from pathlib import Path

from sim.core.file_set import joined, replace_together
from sim.core.gc_tuning import fewer_collections
from sim.plots.runs import picture_names
from sim.results.result import Result

_LEVEL = 6
"""How hard the trace is packed: a tenth larger than at the hardest, in a fifth of the time."""


def file_names() -> list[str]:
    """List every name that a results folder may have in it."""
    pictures = [f"{name}.png" for name in picture_names()]
    return ["result.json", "trace.ndjson.gz", "errors.ndjson", *pictures, "report.html"]


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
    return replace_together(folder, files, gone=file_names())


def _data_files(result: Result) -> dict[str, bytes]:
    trace = packed_trace(result)  # first, because its hash, which stands in the result, comes with it
    text = json.dumps(result.as_dict(), indent=2, ensure_ascii=False) + "\n"
    files = {"result.json": text.encode(), "trace.ndjson.gz": trace}
    if result.error_count:
        files["errors.ndjson"] = joined(result.error_lines())
    return files


def _picture_files(result: Result) -> dict[str, bytes]:
    from sim.reports.html import render_report
    from sim.reports.pictures import draw_pictures

    pictures = draw_pictures(result)
    files = {f"{picture.name}.png": picture.png for picture in pictures}
    return files | {"report.html": render_report(result, pictures).encode()}


def packed_trace(result: Result) -> bytes:
    """Return the trace of all modes, packed; no time of writing is in it."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0, compresslevel=_LEVEL) as packed:
        for one in result.modes.values():
            for block in one.trace.blocks():
                packed.write(block)
    return buffer.getvalue()
