"""Work of the report that two processes share, where the machine has a core for each."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import TypeVar

T = TypeVar("T")


def side_by_side(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Do tasks that need nothing of each other, every second one in a copy of this process; answers come in order.

    The answers are those of one process, whatever becomes of the copy: what it does not hand over is done here. There
    is no copy with one core, with one task, beside other threads (a copy has none of them), and on other systems than
    Linux, where a copy of a process that has drawn may hang.

    Args:
        tasks: Each gives an answer that can be pickled.
    """
    if len(tasks) < 2 or not _may_copy():
        return [task() for task in tasks]
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    copy = context.Process(target=_in_the_copy, args=(ours, theirs, tasks[1::2]), daemon=True)
    copy.start()
    theirs.close()
    here = [task() for task in tasks[::2]]
    there: list[T] = _handed_over(ours)
    copy.join()
    if len(there) < len(tasks[1::2]):
        there = [task() for task in tasks[1::2]]
    answers: list[T] = []
    for place in range(len(tasks)):
        answers.append((there if place % 2 else here)[place // 2])
    return answers


def _may_copy() -> bool:
    if sys.platform != "linux" or threading.active_count() > 1 or multiprocessing.current_process().daemon:
        return False
    return len(os.sched_getaffinity(0)) > 1


def _in_the_copy(other_end: Connection, answers: Connection, tasks: Sequence[Callable[[], T]]) -> None:
    other_end.close()  # so that this process ends when the other was killed, and does not wait for a reader
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other one is interrupted as well, and ends this one
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - what fails here is done again there, and told there
    answers.send([task() for task in tasks])


def _handed_over(answers: Connection) -> list[T]:
    try:
        found: list[T] = answers.recv()
    except (EOFError, OSError):
        return []
    return found
