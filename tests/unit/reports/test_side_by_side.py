"""Two processes share work, and nobody sees a difference but in time."""

import json
import os
import subprocess
import sys
import threading
from functools import partial
from typing import Any

import pytest

from sim.reports.side_by_side import side_by_side

copies = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="a copy needs Linux and two cores"
)
BEGIN = """
import json, os, signal
from functools import partial
from sim.reports.side_by_side import side_by_side
here = os.getpid()
"""


def alone(script: str) -> tuple[Any, str]:
    """Run a script in a process without other threads; return what it says in JSON, and what stands on stderr."""
    ended = subprocess.run([sys.executable, "-c", BEGIN + script], capture_output=True, text=True, check=True)
    return json.loads(ended.stdout), ended.stderr


@copies
def test_every_second_task_is_done_in_another_process() -> None:
    """And answers come in the order of the tasks."""
    done, _ = alone(
        """
def where(name):
    return name, os.getpid() == here
print(json.dumps(side_by_side([partial(where, name) for name in "abcde"])))
"""
    )
    assert done == [["a", True], ["b", False], ["c", True], ["d", False], ["e", True]]


@copies
@pytest.mark.parametrize("end", ["os.kill(os.getpid(), signal.SIGKILL)", "raise ValueError('only there')"])
def test_what_the_copy_does_not_hand_over_is_done_here(end: str) -> None:
    """Whether it was killed or failed; nothing of that is printed."""
    done, said = alone(
        f"""
def where():
    if os.getpid() != here:
        {end}
    return os.getpid() == here
print(json.dumps(side_by_side([where, where])))
"""
    )
    assert (done, said) == ([True, True], "")


@copies
def test_the_copy_ends_when_the_process_that_asked_was_killed() -> None:
    """Also with more to hand over than a pipe holds; nobody reads it."""
    script = (
        BEGIN
        + """
import sys, time
def large():
    if os.getpid() != here:
        print(os.getpid(), flush=True)
    return bytes(10_000_000)
side_by_side([partial(time.sleep, 60), large])
"""
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout is not None
        assert int(asking.stdout.readline()) != asking.pid
        asking.kill()
        assert asking.stdout.read() == ""  # at its end only when the copy has ended as well: it has this end open too


def test_an_error_of_a_task_is_raised_here() -> None:
    """As if there were one process."""
    done, _ = alone(
        """
def broken():
    raise ValueError("a picture cannot be drawn")
try:
    side_by_side([os.getpid, broken])
except ValueError as error:
    print(json.dumps(str(error)))
"""
    )
    assert done == "a picture cannot be drawn"


def test_beside_other_threads_there_is_no_copy() -> None:
    """It would have none of them, but their locks."""
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    try:
        assert side_by_side([partial(os.getpid), partial(os.getpid)]) == [os.getpid(), os.getpid()]
    finally:
        over.set()
        other.join()


def test_pictures_are_the_same_bytes_from_one_process_and_from_two() -> None:
    """And in the same order."""
    done, _ = alone(
        """
import sim
from sim.reports import side_by_side as room
from sim.reports.pictures import draw_pictures
result = sim.run("scenarios/01-worker-crashes/crash-after-effect.yaml")
two = draw_pictures(result)
room._may_copy = lambda: False
print(json.dumps([two == draw_pictures(result), [one.name for one in two]]))
"""
    )
    assert done == [True, ["outcomes", "timeline", "jobs"]]
