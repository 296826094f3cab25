"""The jobs of schedules: nobody can draw them before a run, because what happens decides how many there are."""

from itertools import count
from typing import Any

from sim.engine.random_streams import Streams
from sim.engine.service_times import time_at
from sim.scenario.schema import Scenario
from sim.scenario.workload import Workload


class Iterations:
    """Names the jobs of a run's schedules, and says how long each works; the n-th of a queue is alike in both modes.

    Their numbers follow those of the jobs that arrive: where 40 mails do, ``email-41`` is the first of a schedule. What
    an entry says of its jobs' times, all schedules of its queue say.
    """

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        self._scenario = scenario
        self._streams = streams
        self._arriving = {
            queue: sum(entry.jobs for entry in scenario.workload if entry.queue == queue) for queue in scenario.queues
        }
        self._numbers = {queue: count(arriving + 1) for queue, arriving in self._arriving.items()}

    def next(self, queue: str) -> tuple[str, int]:
        """Return the name of a schedule's next job, and how long one attempt at it works, ms."""
        number = next(self._numbers[queue])
        entry = self.entry_of(queue)
        service = self._scenario.queues[queue].service if entry.service is None else entry.service
        if not isinstance(service, int):
            service = time_at(service, self._streams.unit(f"service-of-repeat:{queue}", number))
        return f"{queue}-{number}", service

    def entry_of(self, queue: str) -> Workload:
        """Return the first entry of the workload with a schedule for a queue."""
        return self._scheduled(queue)[0]

    def offer(self, queue: str, delay_ms: int = 0) -> dict[str, Any]:
        """Return what the trace says when a schedule's job is offered: by whom, when it is due, and what was promised.

        Args:
            delay_ms: Until it is due.
        """
        within_ms = self._scenario.promise_of(self.entry_of(queue))
        promised = {} if within_ms is None else {"deliver_within_ms": within_ms}
        return {"by": "repeat", **promised, **({"delay_ms": delay_ms} if delay_ms else {})}

    def number_of(self, entry: Workload) -> int:
        """Return the number that all jobs of an entry's schedule have in their data."""
        own = self._scheduled(entry.queue)
        return self._arriving[entry.queue] + 1 + next(place for place, other in enumerate(own) if other is entry)

    def data_of(self, entry: Workload) -> dict[str, Any]:
        """Return the data of all jobs of an entry's schedule."""
        return self._scenario.queues[entry.queue].job.sample_data(self.number_of(entry), valid=True)

    def _scheduled(self, queue: str) -> list[Workload]:
        return [entry for entry in self._scenario.workload if entry.queue == queue and entry.schedules]
