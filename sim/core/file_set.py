"""Files of a folder that belong together: whoever looks finds all of the new ones or all of the old ones.

Everything that takes time or can fail is done beside the old files: drawing, writing, reaching the disk. Then the
folder changes its files in one step: a new folder was made beside it, and the two change names, which Linux does at
once (``renameat2``), so that even a process that is killed leaves all of the new files or all of the old ones.

Where that cannot be, nothing has happened, and the new files take the places of the old ones, one rename after the
other, while Ctrl-C and SIGTERM wait; what fails there is undone, and only a SIGKILL or a power failure within some tens
of microseconds could leave both. So it is on another system or file system, at a mount point, in a folder in which this
process stands, and in one with folders, links or pipes in it.
"""

import ctypes
import errno
import glob
import io
import os
import shutil
import signal
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.core.errors import OutputError

_AT_FDCWD = -100
_EXCHANGE = 2
"""``RENAME_EXCHANGE``."""


def exchange_files(folder: Path, files: Mapping[str, bytes], gone: Collection[str]) -> bool:
    """Replace files of a folder in one step, if that can be done; what else is in it stays.

    Args:
        folder: It is there.
        files: The new files by name.
        gone: Names that go.

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
            _make(beside, target, files)
            for name in others:
                os.link(target / name, beside / name, follow_symlinks=False)
            with _undisturbed():
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


def _make(beside: Path, target: Path, files: Mapping[str, bytes]) -> None:
    beside.mkdir()
    shutil.copystat(target, beside)
    os.chown(beside, -1, target.stat().st_gid)
    for name, content in files.items():
        _put_on_disk(beside / name, content)
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


def replace_together(folder: Path, files: Mapping[str, bytes], gone: Sequence[str] = ()) -> list[Path]:
    """Write files into a folder, all of them or none, and return their paths.

    The folder is made where it is missing; what else is in it stays. A link is followed, and what is no ordinary file
    (a pipe) is written through, last.

    Args:
        files: By name, in the order of the paths.
        gone: Names of files that the same set may have had before; those that are no longer in it are removed.

    Raises:
        OutputError: The folder or a file in it cannot be written; everything is as it was.
    """
    with _naming_errors(folder):
        if os.path.lexists(folder) and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "it is no folder")
        folder.mkdir(parents=True, exist_ok=True)
    paths = {folder / name: content for name, content in files.items()}
    _clear_up([Path(os.path.realpath(folder)), *paths])
    if not exchange_files(folder, files, gone):
        _write(paths, [folder / name for name in gone])
    return list(paths)


def replace_one(path: Path, content: bytes) -> Path:
    """Write one file, all of it or nothing; see ``replace_together``.

    Raises:
        OutputError: It cannot be written; what was there still is.
    """
    _write({path: content}, [])
    return path


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    replace_one(path, text.encode())


def write_lines(path: Path, lines: Iterable[str]) -> Path:
    """Write lines to a file, whole or not at all, and return its path.

    Raises:
        OutputError: It cannot be written.
    """
    return replace_one(path, joined(lines))


def joined(lines: Iterable[str]) -> bytes:
    """Return what a file of these lines holds."""
    whole = io.BytesIO()
    whole.writelines(f"{line}\n".encode() for line in lines)
    return whole.getvalue()


def _write(files: Mapping[Path, bytes], gone: Iterable[Path]) -> None:
    _clear_up(files)
    through = {path: content for path, content in files.items() if _is_special(path)}
    staged: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            if path in through:
                continue
            with _naming_errors(path):
                target = Path(os.path.realpath(path))
                staged[target] = beside = _beside(target, "part")
                _put_on_disk(beside, content)
                if target.exists():
                    shutil.copymode(target, beside)
        old = [path for path in gone if path not in files and _is_ordinary(path)]
        with _undisturbed():
            _swap(staged, old)
    finally:
        for beside in staged.values():
            with suppress(OSError):
                beside.unlink()
    for path, content in through.items():
        with _naming_errors(path):
            path.write_bytes(content)


def _swap(staged: Mapping[Path, Path], gone: Iterable[Path]) -> None:
    """Let the new files take their places, and the old ones go; if one cannot, all is as before."""
    kept: dict[Path, Path | None] = {}
    whole = False
    try:
        for target in [*staged, *gone]:
            with _naming_errors(target):
                kept[target] = _keep(target)
        for target, beside in staged.items():
            with _naming_errors(target):
                os.replace(beside, target)
        for target in gone:
            with _naming_errors(target):
                target.unlink()
        whole = True
    finally:
        for target, copy in kept.items():
            with suppress(OSError):
                if copy is None:
                    if not whole:
                        target.unlink(missing_ok=True)
                elif whole:
                    copy.unlink()
                else:
                    os.replace(copy, target)
                    copy.unlink(missing_ok=True)  # a rename onto itself, under another name, leaves both


def _keep(target: Path) -> Path | None:
    """Give what stands at a place a second name, under which it outlives its replacement; None where nothing does."""
    if not os.path.lexists(target):
        return None
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    copy = _beside(target, "old")
    copy.unlink(missing_ok=True)
    try:
        os.link(target, copy)
    except OSError:  # a file system without second names
        shutil.copy2(target, copy)
    return copy


def _clear_up(files: Iterable[Path]) -> None:
    """Remove what a process that was killed left beside these files."""
    for path in files:
        with suppress(OSError, ValueError):
            for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
                number, _, ending = left.name.removeprefix(f".{path.name}.").partition(".")
                if ending in ("part", "old") and number.isdigit() and not _is_alive(int(number)):
                    shutil.rmtree(left) if left.is_dir() else left.unlink()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _put_on_disk(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.{ending}")


def _is_ordinary(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _is_special(path: Path) -> bool:
    """Tell whether a pipe, a device or a socket stands at a place, or a name for an open file as ``/dev/stdout``."""
    if os.path.abspath(path).startswith(("/dev/", "/proc/")):
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals that would end the process wait."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _naming_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise OutputError(str(path), getattr(error, "strerror", None) or str(error)) from None
