"""The custom backoff strategy of a queue's workers: what Bull asks for the wait after a failure."""

from collections.abc import Mapping
from typing import Any

from sim.engine.random_streams import Streams
from sim.queue.backoff import Strategy
from sim.queue.semantics import Semantics
from sim.scenario.backoff import NEVER
from sim.scenario.retry_waits import needs_strategy, wait_span
from sim.scenario.schema import Scenario


class BackoffStrategy:
    """Answers for the jobs of one queue; what is drawn belongs to the job and the number of the failure.

    Source: BULL_FACTS 26.
    """

    def __init__(self, scenario: Scenario, queue: str, semantics: Semantics, streams: Streams) -> None:
        self._backoff = scenario.queues[queue].backoff
        self._stream = f"backoff:{queue}"
        self._semantics = semantics
        self._streams = streams

    def wait_ms(self, job: str, failures: int, *, permanent: bool) -> int:
        """Return the wait after a failure, ms; ``NEVER`` gives the job up.

        Args:
            failures: Failed attempts so far, from 1.
            permanent: Whether the error will come again, whatever is tried.
        """
        span = wait_span(self._backoff, failures, self._semantics, permanent=permanent)
        if span is None:
            return NEVER
        return span.drawn_ms(self._streams.unit(self._stream, job, failures))

    def of(self, job: str, *, permanent: bool) -> Mapping[str, Strategy]:
        """Return the workers' strategies by type, for the failure of one job."""

        def strategy(failures: int, _message: str, _options: Any) -> int:
            return self.wait_ms(job, failures, permanent=permanent)

        return {} if self._backoff is None else {self._backoff.type: strategy}


def backoff_strategy(scenario: Scenario, queue: str, semantics: Semantics, streams: Streams) -> BackoffStrategy | None:
    """Return the strategy of a queue; None where Bull's own types do."""
    if not needs_strategy(scenario.queues[queue].backoff):
        return None
    return BackoffStrategy(scenario, queue, semantics, streams)
