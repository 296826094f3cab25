"""A folder changes its files in one step: a new folder is made beside it, and the two change names.

The system does that at once (``renameat2`` of Linux, ``renamex_np`` of macOS), so that even a process that is killed
leaves all of the new files or all of the old ones. Where it cannot be done, nothing has happened, and the caller
goes another way: another system or file system, a mount point, a folder in which somebody stands, or one with folders,
links or pipes in it.
"""

import ctypes
import os
import shutil
import stat
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path

_AT_FDCWD = -100
_EXCHANGE = 2
"""Of both systems: ``RENAME_EXCHANGE`` and ``RENAME_SWAP``."""


def exchange_files(
    folder: Path,
    files: Mapping[str, bytes],
    gone: Collection[str],
    put_on_disk: Callable[[Path, bytes], None],
    undisturbed: Callable[[], AbstractContextManager[None]],
) -> bool:
    """Replace files of a folder in one step, if that can be done; what else is in it stays.

    Args:
        folder: It is there.
        files: The new files by name.
        gone: Names that go.
        put_on_disk: Writes a file and waits for the disk.
        undisturbed: Lets signals wait during the step.

    Returns:
        Whether it was done; if not, the folder is as it was.
    """
    target = Path(os.path.realpath(folder))
    try:
        others = _others(target, files, gone)
    except OSError:
        return False
    if others is None:
        return False
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    done = False
    try:
        with suppress(OSError):
            _make(beside, target, files, put_on_disk)
            for name in others:
                os.link(target / name, beside / name, follow_symlinks=False)
            with undisturbed():
                _exchange(beside, target)
                done = True
                _rescue(beside, target, {*files, *gone, *others})
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return done


def _others(folder: Path, files: Mapping[str, bytes], gone: Collection[str]) -> list[str] | None:
    """Return the names that stay; None where the folder cannot be exchanged."""
    here = folder.stat()
    if os.path.samestat(here, Path().stat()) or os.path.ismount(folder) or here.st_uid != os.geteuid():
        return None
    others = []
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if not stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
            return None
        if entry.name not in files and entry.name not in gone:
            others.append(entry.name)
    return others


def _make(beside: Path, target: Path, files: Mapping[str, bytes], put_on_disk: Callable[[Path, bytes], None]) -> None:
    beside.mkdir()
    shutil.copystat(target, beside)
    os.chown(beside, -1, target.stat().st_gid)
    for name, content in files.items():
        put_on_disk(beside / name, content)
        if (target / name).exists():
            shutil.copymode(target / name, beside / name)


def _exchange(one: Path, other: Path) -> None:
    """Let two folders change names.

    Raises:
        OSError: The system cannot, or would not.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    if hasattr(libc, "renameat2"):
        failed = libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE)
    elif hasattr(libc, "renamex_np"):
        failed = libc.renamex_np(*names, _EXCHANGE)
    else:
        raise OSError("two folders cannot change names here")
    if failed:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _rescue(old: Path, new: Path, known: Collection[str]) -> None:
    """Bring over what somebody put into the old folder in the meantime."""
    with suppress(OSError):
        for path in old.iterdir():
            if path.name not in known:
                path.rename(new / path.name)
