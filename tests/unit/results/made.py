"""Metrics made by hand: readings and a trace, without any world."""

from typing import Any

from sim.metrics.base import ProcessState
from sim.results.metrics import Metrics
from sim.results.samples import Reading, Samples
from tests.unit.results.traces import Tape, scenario

WELL = ProcessState(started=True, alive=True, silent_since_ms=None, connected=True)
DEAD = WELL._replace(alive=False)
NOT_YET = WELL._replace(started=False, alive=False)
CUT_OFF = WELL._replace(connected=False)


def silent(since_ms: int) -> ProcessState:
    """A process that has been frozen since a moment."""
    return WELL._replace(silent_since_ms=since_ms)


def reading(waiting: int | None = 0, *workers: ProcessState, dead: int = 0) -> Reading:
    """What a sample found of one queue; None for ``waiting`` while Redis does not answer."""
    counts = None if waiting is None else ((waiting, 0, 0, 0, 0, 0, dead),)
    return Reading(waiting is not None, counts, workers or (WELL,))


def metrics(readings: list[Reading], tape: Tape | None = None, every_ms: int = 1_000, **changes: Any) -> Metrics:
    """Metrics of the queue ``email`` with these readings, one after another, and what the tape says."""
    samples = Samples(every_ms)
    for one in readings:
        samples.add(one, 1)
    processes = len(readings[0].workers) if readings else 1
    made = scenario(workers={"email": {"processes": processes}}, expect={}, **changes)
    return Metrics(made, "queue", (tape or Tape("queue")).trace(), samples)
