"""Two processes share work, and nobody sees a difference but in time."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial

import pytest

from sim.reports.pictures import draw_pictures
from sim.reports.side_by_side import side_by_side
from tests.unit.results.traces import small_result

copies = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="a copy needs Linux and two cores"
)


def where(name: str) -> tuple[str, int]:
    """Answer, and say in which process."""
    return name, os.getpid()


@copies
def test_every_second_task_is_done_in_another_process() -> None:
    """And answers come in the order of the tasks."""
    done = side_by_side([partial(where, name) for name in "abcde"])
    assert [name for name, _pid in done] == list("abcde")
    assert {pid for _name, pid in done[::2]} == {os.getpid()}
    assert {pid for _name, pid in done[1::2]}.isdisjoint({os.getpid()})


def _die(parent: int) -> int:
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def _fail(parent: int) -> int:
    if os.getpid() != parent:
        raise ValueError("only there")
    return os.getpid()


@pytest.mark.parametrize("task", [_die, _fail])
def test_what_the_copy_does_not_hand_over_is_done_here(
    task: Callable[[int], int], capfd: pytest.CaptureFixture[str]
) -> None:
    """Whether it was killed or failed; nothing of that is printed."""
    here = os.getpid()
    assert side_by_side([os.getpid, partial(task, here)]) == [here, here]
    assert capfd.readouterr() == ("", "")


def test_an_error_of_a_task_is_raised_here() -> None:
    """As if there were one process."""

    def broken() -> int:
        raise ValueError("a picture cannot be drawn")

    with pytest.raises(ValueError, match="a picture cannot be drawn"):
        side_by_side([os.getpid, broken])


def test_beside_other_threads_there_is_no_copy() -> None:
    """It would have none of them, but their locks."""
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    try:
        assert {pid for _name, pid in side_by_side([partial(where, "a"), partial(where, "b")])} == {os.getpid()}
    finally:
        over.set()
        other.join()


def test_pictures_are_the_same_bytes_from_one_process_and_from_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """And in the same order."""
    two = draw_pictures(small_result())
    monkeypatch.setattr("sim.reports.side_by_side._may_copy", lambda: False)
    assert draw_pictures(small_result()) == two
