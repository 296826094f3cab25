"""Reads the metrics of a run between two steps, when simulated time is about to pass a moment of sampling.

It adds nothing to SimPy's line of events and nothing to the trace, so a run with it is the run without it.
"""

from collections.abc import Callable
from functools import partial

from sim.engine.clock import SimulatedTime
from sim.engine.instruments import Subscriptions
from sim.results.samples import Reading, Samples


class Sampler:
    """Takes a reading for every moment that passes; a stretch of time in which nothing happens is read once.

    Attributes:
        samples: What was read so far.
    """

    def __init__(self, time: SimulatedTime, every_ms: int) -> None:
        self.samples = Samples(every_ms)
        self._time = time

    def subscribe(self, run: Subscriptions) -> None:
        """Take the first reading when the run begins, and catch up when somebody looks at it."""
        run.on_begin(partial(self._begin, run))

    def _begin(self, run: Subscriptions, read: Callable[[], Reading]) -> None:
        self.samples.add(read(), 1)
        self._time.sample_ms = self.samples.every_ms
        self._time.tell = lambda next_ms: self._take_until(read, next_ms - 1)
        run.on_moment(partial(self._take_until, read))

    def _take_until(self, read: Callable[[], Reading], t_ms: int) -> None:
        """Take the samples up to a moment, ms since the run began, before which nothing more happens."""
        time, samples = self._time, self.samples
        if t_ms >= time.sample_ms:
            moments = (t_ms - int(time.sample_ms)) // samples.every_ms + 1
            samples.add(read(), moments)
            time.sample_ms += moments * samples.every_ms
