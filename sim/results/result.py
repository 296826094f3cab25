"""What a run returns."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NoReturn

from sim.core.durations import format_duration
from sim.core.gc_tuning import fewer_collections
from sim.core.renamed import no_attribute
from sim.results.delivery import DeliveryTimes, delivery_times, sorted_times
from sim.results.detection import Detections, detect
from sim.results.error_lines import ErrorLines, ErrorsNotKept
from sim.results.fault_windows import FaultWindow, fault_windows
from sim.results.metrics import Metrics, NotSampled
from sim.results.outcomes import Counts, JobResult, JobResults, add_up, count_by_queue
from sim.results.run_end import RunEnd
from sim.results.series import loss_times
from sim.results.trace import Trace
from sim.scenario.expect import TIMES, ModeExpectation, holds
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName, SemanticsName


@dataclass(frozen=True)
class Check:
    """One expectation of the scenario, compared with what was seen.

    Attributes:
        mode: The mode it applies to.
        queue: The queue it applies to, or None for all together.
        measure: An outcome, an overlay or a time to delivery by its name in the scenario.
        expected: The bound, such as ``<= 3`` or ``<= 30s``.
        seen: The number that the run gave, ms for a time; None for a time where nothing was delivered.
    """

    mode: ModeName
    queue: str | None
    measure: str
    expected: str
    seen: int | None

    @property
    def holds(self) -> bool:
        """Whether the number seen is within the bound."""
        return self.seen is not None and holds(self.expected, self.seen)

    @property
    def is_time(self) -> bool:
        """Whether a time was bounded."""
        return self.measure in TIMES

    @property
    def seen_text(self) -> str:
        """What was seen, as people read it."""
        if self.seen is None:
            return "none delivered"
        return (format_duration(self.seen) or "0s") if self.is_time else f"{self.seen:,}"

    def as_dict(self) -> dict[str, Any]:
        """The check as the JSON contract writes it."""
        return {
            "mode": self.mode,
            "queue": self.queue,
            "measure": self.measure,
            "expected": self.expected,
            "seen": self.seen,
            **({"unit": "ms"} if self.is_time else {}),
            "holds": self.holds,
        }


@dataclass(frozen=True)
class ModeResult:
    """The result of one mode of a run.

    Attributes:
        mode: ``in-process`` or ``queue``.
        trace: Everything that happened, in order; reading it raises ``TraceNotKept`` if the run kept none.
        jobs: What happened to every job, in the order in which they arrived.
        simulated_ms: How long the run was, ms of simulated time.
        queue_names: In the scenario's order.
        metrics: What an operator could have seen; None where no samples were taken.
        error_lines: The error log, one JSON object per line; None if none was kept.
        end: How the run ended and what was left to do; None for a rehearsal.
    """

    mode: ModeName
    trace: Trace
    jobs: JobResults
    simulated_ms: int
    queue_names: list[str]
    metrics: Metrics | None = None
    error_lines: ErrorLines | None = None
    end: RunEnd | None = None

    @cached_property
    def totals(self) -> Counts:
        """Outcomes over all queues."""
        return add_up(self._counted.values())

    @cached_property
    def queues(self) -> dict[str, Counts]:
        """Outcomes queue by queue, in the scenario's order."""
        return {name: self._counted.get(name, Counts()) for name in self.queue_names}

    @cached_property
    def delivery(self) -> DeliveryTimes:
        """How long the delivered jobs of all queues took, from when each was due."""
        return delivery_times(sorted_times(self.jobs))

    @cached_property
    def queue_delivery(self) -> dict[str, DeliveryTimes]:
        """How long they took, queue by queue, in the scenario's order."""
        by_queue: dict[str, list[JobResult]] = {name: [] for name in self.queue_names}
        for job in self.jobs:
            by_queue.setdefault(job.queue, []).append(job)
        return {name: delivery_times(sorted_times(jobs)) for name, jobs in by_queue.items()}

    def measured(self, measure: str, queue: str | None = None) -> int | None:
        """Return what ``expect`` compares: a count, or a time in ms; None for a time where nothing was delivered.

        Args:
            measure: By its name in the scenario, such as ``late`` or ``delivery_p95``.
            queue: None for all together.
        """
        if measure in TIMES:
            return (self.delivery if queue is None else self.queue_delivery[queue]).measure(measure)
        return (self.totals if queue is None else self.queues[queue]).as_dict()[measure]

    def as_dict(self) -> dict[str, Any]:
        """The mode as the JSON contract writes it."""
        return {
            **self.totals.as_dict(),
            **self.delivery.as_dict(),
            "queues": {
                name: {**counts.as_dict(), **self.queue_delivery[name].as_dict()}
                for name, counts in self.queues.items()
            },
            "ended": None if self.end is None else self.end.as_dict(),
        }

    @cached_property
    def _counted(self) -> dict[str, Counts]:
        return count_by_queue(self.jobs)

    @cached_property
    def detections(self) -> Detections:
        """Which alerts and which changes of health detected which fault.

        Raises:
            NotSampled: The run took no samples.
        """
        if self.metrics is None:
            raise NotSampled
        with fewer_collections():
            return detect(self.metrics, self.windows, self.trace, self.simulated_ms)

    @cached_property
    def windows(self) -> list[FaultWindow]:
        """What was broken and when, and what an operator did and when.

        Raises:
            TraceNotKept: The run kept no events.
        """
        return fault_windows(self.trace, self.simulated_ms)

    @cached_property
    def losses(self) -> dict[str, int]:
        """When each lost job was lost, ms since the run began.

        Raises:
            TraceNotKept: The run kept no events.
        """
        return loss_times(self.trace)

    @cached_property
    def trace_sha256(self) -> str:
        """SHA-256 of the trace.

        Raises:
            TraceNotKept: The run kept none.
        """
        return self.trace.sha256()


_NOW = {
    "plot_jobs": "sim.plots.jobs(result)",
    "plot_outcomes": "sim.plots.outcomes(result)",
    "plot_timeline": "sim.plots.timeline(result)",
}
"""What takes the place of methods that a result had."""


@dataclass(frozen=True)
class Result:
    """The result of a run, in the modes that were asked for.

    Attributes:
        scenario: What was run.
        seed: Seed of its random numbers: the same seed gives the same result, to the byte.
        semantics: ``documented`` or ``bull-4.16``.
        store: What held the queue's keys: ``fakeredis`` or ``memory``.
        modes: By mode, ``in-process`` first.
    """

    scenario: Scenario
    seed: int
    semantics: SemanticsName
    store: str
    modes: dict[ModeName, ModeResult]

    @property
    def outcomes(self) -> dict[str, dict[str, int]]:
        """By mode: how many jobs had which outcome, and the other counts: ``outcomes["queue"]["lost"]``."""
        return {mode: result.totals.as_dict() for mode, result in self.modes.items()}

    @property
    def delivery(self) -> dict[ModeName, DeliveryTimes]:
        """By mode: how long the delivered jobs took, from when each was due: ``delivery["queue"].p95_ms``."""
        return {mode: result.delivery for mode, result in self.modes.items()}

    @property
    def metrics(self) -> dict[ModeName, Metrics]:
        """By mode: what an operator could have seen; empty if no samples were taken."""
        return {mode: result.metrics for mode, result in self.modes.items() if result.metrics is not None}

    @property
    def jobs(self) -> JobResults:
        """Every job of every mode, ``in-process`` first, each mode in the order of the offers."""
        return JobResults(chain.from_iterable(result.jobs for result in self.modes.values()))

    @property
    def trace(self) -> Iterator[dict[str, Any]]:
        """Everything that happened, mode by mode, as the trace file has it.

        Raises:
            TraceNotKept: The run kept none.
        """
        return map(json.loads, chain.from_iterable([result.trace.lines() for result in self.modes.values()]))

    @property
    def errors(self) -> Iterator[dict[str, Any]]:
        """Every failed attempt, mode by mode, as the error log has it.

        Raises:
            ErrorsNotKept: The run kept none.
        """
        return map(json.loads, self.error_lines())

    def error_lines(self) -> Iterator[str]:
        """Yield the lines of the error log, mode by mode, one JSON object per line, without newlines.

        Raises:
            ErrorsNotKept: The run kept none.
        """
        kept = [result.error_lines for result in self.modes.values()]
        if any(lines is None for lines in kept):
            raise ErrorsNotKept
        return chain.from_iterable(lines for lines in kept if lines is not None)

    @property
    def error_count(self) -> int:
        """How many failed attempts the error log has; 0 if none was kept."""
        return sum(len(result.error_lines or ()) for result in self.modes.values())

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, name, _NOW)

    @property
    def simulated_ms(self) -> int:
        """How long the run was, ms of simulated time; the longest of its modes."""
        return max(result.simulated_ms for result in self.modes.values())

    @cached_property
    def expectations(self) -> list[Check]:
        """Every expectation of the scenario for a mode and semantics that was run."""
        own = self.scenario.expect
        more = own.documented if self.semantics == "documented" else own.bull
        blocks: list[tuple[ModeName, ModeExpectation]] = [
            ("in-process", own.in_process),
            ("in-process", more.in_process),
            ("queue", own.queue),
            ("queue", more.queue),
        ]
        general = self.semantics in self.scenario.profiles
        checks: list[Check] = []
        for place, (mode, block) in enumerate(blocks):
            result = self.modes.get(mode)
            if result is None or (place % 2 == 0 and not general):
                continue
            for queue, bounds in ((None, block.total), *block.queues.items()):
                checks += [
                    Check(mode, queue, name, bound, result.measured(name, queue)) for name, bound in bounds.items()
                ]
        return checks + self.alert_expectations

    @cached_property
    def alert_expectations(self) -> list[Check]:
        """What the scenario expects of its alerts in queue mode; nothing where no samples were taken."""
        own = self.scenario.expect
        more = own.documented if self.semantics == "documented" else own.bull
        blocks = [own.alerts] * (self.semantics in self.scenario.profiles) + [more.alerts]
        result = self.modes.get("queue")
        if result is None or result.metrics is None or not any(blocks):
            return []
        from sim.results.alert_checks import alert_checks

        return [Check("queue", None, *check) for block in blocks for check in alert_checks(result.detections, block)]

    @property
    def holds(self) -> bool:
        """Whether every expectation holds."""
        return all(check.holds for check in self.expectations)

    def as_dict(self) -> dict[str, Any]:
        """The result as the JSON contract writes it."""
        return {
            "scenario": self.scenario.title,
            "seed": self.seed,
            "semantics": self.semantics,
            "store": self.store,
            "simulated_ms": self.simulated_ms,
            "modes": {mode: result.as_dict() for mode, result in self.modes.items()},
            "expectations": [check.as_dict() for check in self.expectations],
            "trace_sha256": {
                mode: result.trace_sha256 if result.trace.kept else None for mode, result in self.modes.items()
            },
        }
