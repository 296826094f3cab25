"""Reading files that people name: ordinary ones, so many bytes, and never waiting for somebody to write."""

import os
import stat

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class NotOrdinary(OSError):
    """What is read is no ordinary file.

    Args:
        kind: What it is, such as ``a pipe``.
    """

    def __str__(self) -> str:
        return f"is {self.args[0]}, not a regular file"


def read_ordinary(path: str | os.PathLike[str], max_bytes: int) -> bytes:
    """Read an ordinary file, at most so many bytes of it; links are followed.

    What is no ordinary file is not even opened, as some devices act on that.

    Raises:
        NotOrdinary: It is a pipe, a device, a socket or a folder.
        OSError: It cannot be read.
        ValueError: No file can have this name.
    """
    _check(os.stat(path).st_mode)
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(opened, "rb") as file:
        _check(os.fstat(file.fileno()).st_mode)  # something else may stand there by now
        return file.read(max_bytes)


def _check(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise NotOrdinary(next((kind for is_of, kind in _KINDS if is_of(mode)), "something else"))
