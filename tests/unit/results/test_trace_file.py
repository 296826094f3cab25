"""The temporary file that a long run's records go to."""

import gc
import io
import tempfile
from typing import Any, NamedTuple

import pytest

from sim.results.trace_file import CHUNK, TraceDiskFull, TraceFile


class Pair(NamedTuple):
    """A record of two columns."""

    number: int
    text: str


class Slow(io.BytesIO):
    """A file that takes seven bytes at a time, as a pipe or a full disk may."""

    def write(self, data: Any) -> int:
        """Take the first seven."""
        return super().write(bytes(data[:7]))


def pairs(first: int, last: int) -> list[Pair]:
    """Records with these numbers."""
    return [Pair(n, f"ü{n}") for n in range(first, last)]


def test_a_file_that_takes_few_bytes_at_a_time_gets_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every portion after the one before, and none over another."""
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_options: Slow())
    file = TraceFile(Pair)
    file.add(pairs(0, 5))
    assert list(file) == pairs(0, 5)
    file.add(pairs(5, 9))
    assert list(file) == pairs(0, 9)
    assert len(file) == 9


def test_what_is_added_after_reading_goes_to_the_end() -> None:
    """Reading moves the place in the file, and writing does not care."""
    file = TraceFile(Pair)
    for first in range(0, 40, 10):
        file.add(pairs(first, first + 10))
        assert next(iter(file)) == Pair(0, "ü0")
    assert list(file) == pairs(0, 40)


@pytest.mark.parametrize("place", [0, 1, 9, 10, 11, 19, 20, 21, 29, 30, 31])
def test_records_are_read_from_any_place_on_in_chunks_of_any_size(place: int) -> None:
    """At both ends of each chunk."""
    file = TraceFile(Pair)
    for first in range(0, 30, 10):
        file.add(pairs(first, first + 10))
    assert list(file.since(place)) == pairs(0, 30)[place:]


def test_only_the_chunks_from_the_place_on_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies before them stays where it is, so that looking at the end of a long run is cheap."""
    file = TraceFile(Pair)
    file.add(pairs(0, 3 * CHUNK))
    read = []
    real = file._read
    monkeypatch.setattr(file, "_read", lambda chunk: read.append(chunk.records) or real(chunk))
    assert list(file.since(2 * CHUNK)) == pairs(2 * CHUNK, 3 * CHUNK)
    assert read == [CHUNK]


def test_a_record_of_another_shape_is_refused_and_not_cut() -> None:
    """Columns of different lengths are no records."""
    shapes: list[Any] = [(1, "a"), (2,)]
    with pytest.raises(ValueError, match="shorter"):
        TraceFile(Pair).add(shapes)


@pytest.mark.parametrize(
    ("error", "said"),
    [(OSError(28, "No space left on device"), "No space left on device"), (OSError("it is gone"), "it is gone")],
)
def test_a_file_that_cannot_be_written_says_why_and_what_to_do(
    error: OSError, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the system's own words, where it has any."""

    def full(**_options: Any) -> None:
        raise error

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(TraceDiskFull) as caught:
        TraceFile(Pair).add(pairs(0, 1))
    assert str(caught.value) == (
        f"the trace of this run is long and its temporary file cannot be written ({said}); "
        "free disk space, set TMPDIR to a folder with space, or run without the trace"
    )


def test_there_is_one_file_and_it_is_closed_when_nobody_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unbuffered, so that a full disk is noticed by the write; named so that a person finds whose it was."""
    opened: list[tuple[io.BytesIO, dict[str, Any]]] = []

    def open_one(**options: Any) -> io.BytesIO:
        opened.append((io.BytesIO(), options))
        return opened[-1][0]

    monkeypatch.setattr(tempfile, "TemporaryFile", open_one)
    file = TraceFile(Pair)
    assert not opened
    file.add(pairs(0, 2))
    file.add(pairs(2, 3))
    assert list(file) == pairs(0, 3)
    ((stream, options),) = opened
    assert options == {"prefix": "trace-", "buffering": 0}
    assert not stream.closed
    del file
    gc.collect()
    assert stream.closed
