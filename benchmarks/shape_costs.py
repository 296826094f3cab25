"""What a job costs in each shape, small and eight times as large: ``python -m benchmarks --shapes``."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, NamedTuple

from benchmarks.shapes import SHAPES, Shape

FACTOR = 8
"""How much larger the larger size is."""


class Steps(NamedTuple):
    """What one job makes Python do: two figures that no noise touches.

    Attributes:
        calls: Calls of functions, those of the interpreter and its libraries included.
        lines: Lines of Python that are carried out; a comprehension counts one for each item.
    """

    calls: float
    lines: float


def cpu_us(shape: Shape, size: int) -> float:
    """Return the time of this process for one job, µs."""
    shape.prepare(20).carry_out()
    work = shape.prepare(size)
    began = time.process_time()
    work.carry_out()
    return (time.process_time() - began) / work.jobs * 1e6


def steps(shape: Shape, size: int) -> Steps:
    """Count what one job makes Python do."""
    shape.prepare(20).carry_out()
    work = shape.prepare(size)
    calls = lines = 0

    def count_call(_frame: FrameType, event: str, _what: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    def count_line(_frame: FrameType, event: str, _what: object) -> Callable[..., Any]:
        nonlocal lines
        lines += event == "line"
        return count_line

    sys.setprofile(count_call)
    sys.settrace(count_line)
    try:
        work.carry_out()
    finally:
        sys.settrace(None)
        sys.setprofile(None)
    return Steps(calls / work.jobs, lines / work.jobs)


def print_costs(wanted: Sequence[str], rounds: int) -> None:
    """Print a line for each shape whose name contains one of the words, or for all; each in a process of its own.

    Args:
        rounds: The least of so many measurements counts: what else a machine does only adds to it.
    """
    print(
        f"{'shape':38} {'n':>6} of {'what':10} {'µs':>6} {'at 8n':>6} {'ratio':>6}   {'calls':>6} {'lines':>6}  8 times"
    )
    for shape in SHAPES:
        if wanted and not any(word in shape.name for word in wanted):
            continue
        small, large = (min(_apart("cpu", shape, size) for _ in range(rounds)) for size in _sizes(shape.size))
        few, many = (Steps(*_apart("steps", shape, size)) for size in _sizes(small_size(shape)))
        grown = f"{many.calls / few.calls:6.2f} {many.lines / few.lines:6.2f}"
        costs = f"{small:6.0f} {large:6.0f} {large / small:6.2f}   {few.calls:6.0f} {few.lines:6.0f}  {grown}"
        print(f"{shape.name:38} {shape.size:6,} {shape.grows:13} {costs}", flush=True)


def small_size(shape: Shape) -> int:
    """Return a size at which counting takes no time; the larger of the two is eight times that."""
    return max(10, shape.size // 16)


def _sizes(size: int) -> tuple[int, int]:
    return size, size * FACTOR


def _apart(what: str, shape: Shape, size: int) -> Any:
    command = [sys.executable, "-m", "benchmarks.shape_costs", what, shape.name, str(size)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def _measure(what: str, name: str, size: int) -> object:
    shape = next(shape for shape in SHAPES if shape.name == name)
    return cpu_us(shape, size) if what == "cpu" else steps(shape, size)


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
