"""How far a long computation has come, on standard error: a bar in a terminal, else a line now and then."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from sim.results.text import duration_in_words

_LINE_EVERY_S = 10.0


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress while the block runs; call what it yields with how many are done and of how many.

    Rate and time left speak of this sitting: what was there when it began took no time.

    Args:
        what: What is counted, such as ``runs``.
    """
    if sys.stderr is not None and sys.stderr.isatty():
        with _bar(what) as show:
            yield show
    else:
        yield _Lines(what)


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    pace = _Pace()
    columns = (BarColumn(None), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), refresh_per_second=4, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def show(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of, description=f"{what}  {pace.words(done, of)}")

        yield show


class _Lines:
    def __init__(self, what: str) -> None:
        self._what = what
        self._pace = _Pace()
        self._last_s = time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        words = self._pace.words(done, of)
        if done < of and time.monotonic() - self._last_s < _LINE_EVERY_S:
            return
        self._last_s = time.monotonic()
        print(f"{done:,} of {of:,} {self._what}  {words}".rstrip(), file=sys.stderr, flush=True)


class _Pace:
    """Rate and time left since the first call."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._first: int | None = None

    def words(self, done: int, of: int) -> str:
        if self._first is None:
            self._first = done
            self._began_s = time.monotonic()
        took_s = time.monotonic() - self._began_s
        fresh = done - self._first
        if not fresh or took_s <= 0:
            return ""
        rate = fresh / took_s
        if done >= of:
            return f"{rate:,.1f}/s"
        left = duration_in_words(round((of - done) / rate) * 1_000)
        return f"{rate:,.1f}/s, {left} left"
