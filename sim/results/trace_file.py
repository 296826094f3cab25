"""The temporary file to which a long run moves its older records."""

import pickle
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from itertools import chain, islice, repeat
from typing import IO, Any, Generic, NamedTuple, TypeVar

from sim.core.errors import SimError

T = TypeVar("T", bound=tuple[Any, ...])

CHUNK = 1_000
"""Records that are written, and later read, together; ten times as many take twice as long each."""


class _Chunk(NamedTuple):
    """Where some records lie in the file, and how many they are."""

    start: int
    size: int
    records: int


class TraceDiskFull(SimError):
    """The temporary file of a long run's trace cannot be written.

    Args:
        why: What the operating system said.
    """

    def __str__(self) -> str:
        return (
            f"the trace of this run is long and its temporary file cannot be written ({self.args[0]}); "
            "free disk space, set TMPDIR to a folder with space, or run without the trace"
        )


class TraceFile(Generic[T]):
    """Records of one kind, in order, in a temporary file without a name that goes when this object goes.

    They are kept column by column, a chunk at a time, which takes a fifth of their size in memory.

    Args:
        kind: The named tuple that a record is.
    """

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self._file: IO[bytes] | None = None
        self._chunks: list[_Chunk] = []
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        return chain.from_iterable(map(self._read, self._chunks))

    def since(self, place: int) -> Iterator[T]:
        """Go through the records from a place on, counted from 0; what lies before it is hardly read."""
        for number, chunk in enumerate(self._chunks):
            if place < chunk.records:
                chunks = islice(self._chunks, number, None)
                return islice(chain.from_iterable(map(self._read, chunks)), place, None)
            place -= chunk.records
        return iter(())

    def add(self, records: Sequence[T]) -> None:
        """Write records behind those that are there.

        Raises:
            TraceDiskFull: The temporary file cannot be written.
        """
        try:
            file = self._opened()
            for first in range(0, len(records), CHUNK):
                chunk = records[first : first + CHUNK]
                packed = pickle.dumps(tuple(zip(*chunk, strict=True)), protocol=pickle.HIGHEST_PROTOCOL)
                start = file.seek(0, 2)
                rest = memoryview(packed)
                while rest:
                    rest = rest[file.write(rest) :]
                self._chunks.append(_Chunk(start, len(packed), len(chunk)))
                self._length += len(chunk)
        except OSError as error:
            raise TraceDiskFull(error.strerror or str(error)) from None

    def _read(self, chunk: _Chunk) -> Iterator[T]:
        file = self._opened()
        file.seek(chunk.start)
        return map(tuple.__new__, repeat(self._kind), zip(*pickle.loads(file.read(chunk.size)), strict=True))

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            file: IO[bytes] = tempfile.TemporaryFile(prefix="trace-", buffering=0)  # noqa: SIM115  # stays open
            weakref.finalize(self, file.close)
            self._file = file
        return self._file
