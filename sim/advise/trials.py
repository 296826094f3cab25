"""Short runs that show what a finding says: a queue's own settings, a few jobs, one fault.

A trial is a scenario like any other. It is kept as a file would have it, so that whoever doubts it can run it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.core.durations import format_duration
from sim.core.errors import BudgetExceeded
from sim.engine.run import run
from sim.results.outcomes import Counts
from sim.scenario.load import validated
from sim.yaml_files.fields import SemanticsName
from sim.yaml_files.problems import Marks

SEED = 1
MAX_JOBS = 2_000
"""A trial with more jobs is not made: its arithmetic has to do."""
MAX_STEPS = 300_000
"""Steps of the simulation that one trial may take; a longer one is given up."""

Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Experiment:
    """What a small trial does with a queue.

    Attributes:
        setup: What is done, in a sentence.
        jobs: How many are offered to the queue.
        faults: What breaks, as a file would have it.
        settings: Laid over the queue's own.
        workers: Laid over its workers' own, which are there before the trial begins.
        duration_ms: When the trial ends; None: when all is settled.
        in_one_go: Whether all jobs come in the same millisecond, else one in each.
    """

    setup: str
    jobs: int = 1
    faults: Sequence[Raw] = ()
    settings: Raw = field(default_factory=dict)
    workers: Raw = field(default_factory=dict)
    duration_ms: int | None = None
    in_one_go: bool = False


@dataclass(frozen=True)
class Trial:
    """A run and its outcome counts.

    Attributes:
        setup: What was run, in a sentence.
        scenario: The scenario, as a file would have it.
    """

    setup: str
    scenario: Raw
    semantics: SemanticsName
    counts: Counts

    @property
    def failed(self) -> int:
        """Jobs that ended in a failure without their effect."""
        return self.counts.failed_retained + self.counts.failed_evicted + self.counts.dead_lettered

    def as_dict(self) -> dict[str, Any]:
        """The trial as the JSON contract writes it."""
        return {
            "setup": self.setup,
            "scenario": dict(self.scenario),
            "semantics": self.semantics,
            "seed": SEED,
            "counts": self.counts.as_dict(),
        }


def upheld(trial: Trial | None, shown: Callable[[Trial], int], *, certain: bool) -> tuple[bool, Trial | None]:
    """Tell whether a trial leaves a finding standing, and return it if it shows it.

    Args:
        trial: None where none was made: then the arithmetic stands.
        shown: Counts in the trial what the finding says.
        certain: Whether nothing in it is random, so that a trial that shows nothing refutes the finding.
    """
    if trial is None or shown(trial):
        return True, trial
    return not certain, None


class Trials:
    """Makes trials out of what a scenario file says of its queues, and makes none of them twice.

    Args:
        data: The file as plain data.
    """

    def __init__(self, data: Raw) -> None:
        self._data = data
        self._made: dict[str, Counts | None] = {}

    def small(self, queue: str, semantics: SemanticsName, experiment: Experiment) -> Trial | None:
        """Offer a few jobs at once to a queue with its own settings, and break something."""
        own_workers = {name: value for name, value in self._part("workers", queue).items() if name != "start_spread"}
        arrivals: Raw = {"kind": "constant", "interval": "1ms", "count": experiment.jobs}
        if experiment.in_one_go:
            arrivals = {"kind": "bursts", "interval": "1s", "size": experiment.jobs, "bursts": 1}
        ends_ms = experiment.duration_ms
        return self._try(
            experiment.setup,
            semantics,
            queues={queue: {**self._part("queues", queue), **experiment.settings}},
            workers={queue: {**own_workers, **experiment.workers}},
            workload=[{"queue": queue, "arrivals": arrivals}],
            faults=list(experiment.faults),
            **({} if ends_ms is None else {"duration": format_duration(ends_ms)}),
        )

    def own(
        self, queue: str, setup: str, semantics: SemanticsName, faults: Sequence[int], *, jobs: int
    ) -> Trial | None:
        """Offer to one queue what the scenario offers it, with some of the scenario's own faults and no others.

        Args:
            faults: By their number in the file, from 0; none that names another queue.
            jobs: How many the scenario offers to the queue.
        """
        if jobs > MAX_JOBS:
            return None
        chosen = [dict(self._data["faults"][number]) for number in faults]
        for fault in chosen:
            if "queues" in fault:
                fault["queues"] = [queue]
        return self._try(
            setup,
            semantics,
            queues={queue: self._part("queues", queue)},
            workers={queue: self._part("workers", queue)},
            workload=[entry for entry in self._data["workload"] if entry["queue"] == queue],
            faults=chosen,
        )

    def _part(self, section: str, queue: str) -> dict[str, Any]:
        return dict(self._data.get(section, {}).get(queue, {}))

    def _try(self, setup: str, semantics: SemanticsName, **parts: Any) -> Trial | None:
        raw = {"title": "A trial", "question": setup, "seed": SEED, "semantics": semantics, "modes": ["queue"], **parts}
        raw |= {name: self._data[name] for name in ("redis", "database") if name in self._data}
        key = json.dumps(raw, sort_keys=True)
        if key not in self._made:
            self._made[key] = _counts(raw, semantics)
        counts = self._made[key]
        return None if counts is None else Trial(setup, raw, semantics, counts)


def _counts(raw: Raw, semantics: SemanticsName) -> Counts | None:
    scenario, problems = validated(dict(raw), Marks())
    if scenario is None or problems:
        return None
    try:
        result = run(scenario, seed=SEED, semantics=semantics, store="memory", max_steps=MAX_STEPS)
    except BudgetExceeded:
        return None
    return result.modes["queue"].totals
