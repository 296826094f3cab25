"""The lines of an error log, in memory and on disk."""

import tempfile
from typing import Any

import pytest

from sim.core.errors import SimError
from sim.results.error_lines import ErrorLines, ErrorLogDiskFull, ErrorsNotKept
from sim.results.trace_file import TraceDiskFull


def written(count: int, max_in_memory: int) -> ErrorLines:
    """A log of so many lines."""
    lines = ErrorLines(max_in_memory=max_in_memory)
    for n in range(count):
        lines.add(f'{{"n":{n},"text":"ü"}}')
    return lines


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 7, 8, 9])
@pytest.mark.parametrize("max_in_memory", [0, 1, 3, 100])
def test_lines_come_back_in_order_wherever_they_are_kept(count: int, max_in_memory: int) -> None:
    """As text, as what the text says, and counted; again when they are read again."""
    lines = written(count, max_in_memory)
    assert len(lines) == count
    for _ in range(2):
        assert list(lines) == [f'{{"n":{n},"text":"ü"}}' for n in range(count)]
        assert list(lines.read()) == [{"n": n, "text": "ü"} for n in range(count)]


def full(**_options: Any) -> None:
    """A disk without room."""
    raise OSError(28, "No space left on device")


def test_only_more_lines_than_fit_in_memory_need_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit none; one more says what the operating system said and what to do."""
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    lines = written(3, 3)
    with pytest.raises(ErrorLogDiskFull) as caught:
        lines.add("{}")
    assert str(caught.value) == (
        "the error log of this run is long and its temporary file cannot be written (No space left on device); "
        "free disk space, set TMPDIR to a folder with space, or run without the error log"
    )


def test_a_run_that_kept_no_errors_says_how_to_keep_them() -> None:
    """For Python and for the command line."""
    assert str(ErrorsNotKept()) == "this run kept no error log; run it with error_log=True, or with --error-log FILE"
    assert all(issubclass(error, SimError) for error in (ErrorsNotKept, ErrorLogDiskFull, TraceDiskFull))
