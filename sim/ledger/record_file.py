"""Records that a long run has put aside, on disk."""

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, Any, Generic, TypeVar

from sim.core.errors import SimError

T = TypeVar("T", bound=tuple[Any, ...])

CHUNK = 10_000
"""Records that are written, and later read, together."""


class NoRoomForTheTrace(SimError):
    """The temporary file of a long run's trace cannot be written.

    Args:
        why: What the operating system said.
    """

    def __str__(self) -> str:
        return (
            f"the trace of this run is long and its temporary file cannot be written ({self.args[0]}); "
            "make room, set TMPDIR to a folder that has some, or run without the trace"
        )


class RecordFile(Generic[T]):
    """Records of one kind, in order, in a temporary file without a name that goes when this object goes.

    They are kept column by column, a chunk at a time, which takes a fifth of their size in memory.

    Args:
        kind: The named tuple that a record is.
    """

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self._file: IO[bytes] | None = None
        self._starts: list[int] = []
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        kind = self._kind
        make = tuple.__new__
        for start in self._starts:
            assert self._file is not None
            self._file.seek(start)
            for values in zip(*pickle.load(self._file), strict=True):
                yield make(kind, values)

    def add(self, records: Sequence[T]) -> None:
        """Write records behind those that are there.

        Raises:
            NoRoomForTheTrace: The temporary file cannot be written.
        """
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="trace-", buffering=0)  # noqa: SIM115 it goes with this object
            for first in range(0, len(records), CHUNK):
                chunk = records[first : first + CHUNK]
                packed = pickle.dumps(tuple(zip(*chunk, strict=True)), protocol=pickle.HIGHEST_PROTOCOL)
                start = self._file.seek(0, 2)
                self._write(packed)
                self._starts.append(start)
                self._length += len(chunk)
        except OSError as error:
            raise NoRoomForTheTrace(error.strerror or str(error)) from None

    def _write(self, packed: bytes) -> None:
        assert self._file is not None
        rest = memoryview(packed)
        while rest:
            rest = rest[self._file.write(rest) :]
