"""What the simulator says a rehearsal will come to: job by job, or as intervals where something is random."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sim.experiments.open_world import World
from sim.ledger.events import Ledger
from sim.ledger.outcomes import Counts, JobOutcome
from sim.report.result import ModeResult
from sim.scenario.fault_schema import Struck
from sim.scenario.fields import SemanticsName
from sim.scenario.schema import Scenario
from sim.scenario.workload import PoissonArrivals
from sim.world.streams import Streams

SEMANTICS: SemanticsName = "bull-4.16"
"""A rehearsal runs the real library, so it is held against what the library was measured to do."""
SEEDS = 200
"""The smallest and the largest of 200 runs enclose the next one 199 times in 201: 99 %."""
TIMINGS = 20
TIMER_STREAM = "stalled-timer:"

Fate = tuple[str, int, bool]
"""A job's outcome, how many effects it had, and whether it falsely looks failed."""


class RetimedStreams(Streams):
    """The random numbers of a seed, but for the race between the timers of stalled checks: that is another's."""

    def __init__(self, seed: int, timing: int) -> None:
        super().__init__(seed)
        self._timers = Streams(timing)

    def unit(self, name: str, *place: int | str) -> float:
        """Return the number that belongs to one place of a component."""
        if name.startswith(TIMER_STREAM):
            return self._timers.unit(name, *place)
        return super().unit(name, *place)


@dataclass
class Prediction:
    """What is expected of a rehearsal.

    Attributes:
        random: What is random in the scenario, in words; empty when jobs can be compared one by one.
        runs: How many simulated runs it rests on.
        totals: The counts of the run with the rehearsal's own seed.
        bounds: The smallest and the largest count over these runs, by measure.
        fates: What can become of each job, over all timings; empty when something is random.
        ledger: Of the run with the rehearsal's own seed.
    """

    random: list[str]
    runs: int
    totals: Counts
    ledger: Ledger
    bounds: dict[str, tuple[int, int]] = field(default_factory=dict)
    fates: dict[str, set[Fate]] = field(default_factory=dict)


def predict(scenario: Scenario, seed: int, tick: Callable[[], None] = lambda: None) -> Prediction:
    """Simulate the scenario as often as a fair comparison asks for.

    Without randomness, 20 runs that differ in nothing but the race between the timers of stalled checks: a scaled
    rehearsal loses that race more often than the real thing (BULL_FACTS 4). With randomness, 200 runs of other seeds.

    Args:
        tick: Is called after every run.
    """
    random = randomness(scenario)
    own = _simulate(scenario, Streams(seed))
    prediction = Prediction(random, 0, own.totals, own.ledger)
    if random:
        others = [Streams(seed + 1 + number) for number in range(SEEDS)]
    else:
        others = [RetimedStreams(seed, number) for number in range(1, TIMINGS)]
        _include(prediction, own)
    for streams in others:
        _include(prediction, _simulate(scenario, streams))
        tick()
    return prediction


def randomness(scenario: Scenario) -> list[str]:
    """Say what makes two runs of a scenario differ by more than their timers.

    Errors by chance and invalid data do not: they are drawn for the job and the attempt, the same here and there.
    """
    found: list[str] = []
    if any(isinstance(entry.arrivals, PoissonArrivals) for entry in scenario.workload):
        found.append("arrivals")
    if any(not isinstance(config.service, int) for config in scenario.queues.values()):
        found.append("service times")
    if any(isinstance(fault, Struck) and fault.mean_every is not None for fault in scenario.faults):
        found.append("the moments of faults")
    if any(scenario.workers_of(queue).start_spread for queue in scenario.queues):
        found.append("the workers' starts")
    return found


def fate_of(job: JobOutcome) -> Fate:
    """Return what is compared of a job."""
    return job.outcome.value, job.effects, job.false_failure


def _simulate(scenario: Scenario, streams: Streams) -> ModeResult:
    world = World(scenario, "queue", seed=streams.seed, semantics=SEMANTICS, streams=streams, metrics=False)
    world.run()
    return world.result()


def _include(prediction: Prediction, result: ModeResult) -> None:
    prediction.runs += 1
    for measure, number in result.totals.as_dict().items():
        low, high = prediction.bounds.get(measure, (number, number))
        prediction.bounds[measure] = min(low, number), max(high, number)
    if not prediction.random:
        for job in result.jobs:
            prediction.fates.setdefault(job.job, set()).add(fate_of(job))
