"""What the simulator predicts of a rehearsal: job by job, or as intervals where something is random."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.engine.client_process import ClientProcess
from sim.engine.random_streams import Streams
from sim.engine.run_options import RunOptions
from sim.engine.simulation import Simulation
from sim.faults.base import ScheduledFault
from sim.rehearsal.scale import REAL_TIME, Scale
from sim.rehearsal.time_distributions import Spans, spans
from sim.rehearsal.times import JobTimes, Tolerance, Way, job_times
from sim.results.outcomes import JobResult, JobResults, add_up, count_by_queue
from sim.results.trace import Trace
from sim.scenario.schema import Scenario
from sim.scenario.workload import PoissonArrivals
from sim.yaml_files.fields import SemanticsName

SEMANTICS: SemanticsName = "bull-4.16"
"""A rehearsal runs the real library, so it is held against what the library was measured to do."""
SEEDS = 200
"""The smallest and the largest of 200 runs enclose the next one 199 times in 201: 99%."""
TIMINGS = 20
MAX_TIMINGS = 500
MAX_BIAS = 6.0
"""A timer's number u becomes u to the power of exp(-6) or exp(6): then it is above, or below, whatever a chance is."""
TURNS_WITHIN = 8
"""Ticks within which the race may turn; more often after the first ones, when a process is still busy with starting."""
POP_LATE_MS = 4
"""Real ms that a blocked pop may take to time out and to be sent again, above its time; the scale makes it longer."""
TIMER_STREAM = "stalled-timer:"

Fate = tuple[str, int, bool]
"""A job's outcome, how many effects it had, and whether it falsely looks failed."""


class RetimedStreams(Streams):
    """The random numbers of a seed, but for the race between the timers of stalled checks.

    That race is another's, and so is how often it is lost: never, always, or now and then; at first one of these and
    from some tick on another. For a scaled interval that is up to the machine: whether a tick comes a part of a
    millisecond before or after the key of the last check expires, and for how long it stays so. In every second timing
    all processes are alike in this.

    Args:
        timing: Seed of the race.
    """

    def __init__(self, seed: int, timing: int) -> None:
        super().__init__(seed)
        self._timers = Streams(timing)
        self._alike = timing % 2 == 0

    def unit(self, name: str, *place: int | str) -> float:
        """Return the number that belongs to one place of a component; a timer's is drawn towards 0 or 1."""
        if not name.startswith(TIMER_STREAM):
            return super().unit(name, *place)
        who = TIMER_STREAM if self._alike else name
        turns_at = self._timers.unit(who, "turn") ** 2 * TURNS_WITHIN
        part = "first" if int(place[0]) <= turns_at else "then"
        now_and_then = -MAX_BIAS * self._timers.unit(who, part, "bias")
        bias = (-MAX_BIAS, MAX_BIAS, now_and_then)[int(3 * self._timers.unit(who, part))]
        return float(self._timers.unit(name, *place) ** math.exp(bias))


@dataclass
class Prediction:
    """What is expected of a rehearsal.

    Attributes:
        random: What is random in the scenario, in words; empty when jobs can be compared one by one.
        scale: Of the rehearsal that it is made for.
        cut_ms: Where it ends although not all is settled, ms since the run began; None where it ends by itself.
        trace: Of the run with the rehearsal's own seed.
        runs: How many simulated runs it rests on.
        bounds: The smallest and the largest count over these runs, by measure.
        fates: What can happen to each job, over all timings; empty when something is random.
        times: When each job can have started and ended, over all timings; empty when something is random.
        spans: Of every run, how long after their offers jobs started and ended; empty when nothing is random.
    """

    random: list[str]
    scale: Scale
    cut_ms: int | None
    trace: Trace
    runs: int = 0
    bounds: dict[str, tuple[int, int]] = field(default_factory=dict)
    fates: dict[str, set[Fate]] = field(default_factory=dict)
    times: dict[str, list[JobTimes]] = field(default_factory=dict)
    spans: list[Spans] = field(default_factory=list)


def predict(
    scenario: Scenario,
    seed: int,
    scale: Scale = REAL_TIME,
    cut_ms: int | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Prediction:
    """Simulate the scenario as often as a fair comparison asks for.

    Without randomness, runs that differ in nothing but what a millisecond decides: the race between the timers of
    stalled checks, which a scaled rehearsal loses at another rate than the real thing (BULL_FACTS 4), which process
    comes first when all of them reconnect in the same moment, and whose idle pop came first. 20 such timings, or 500
    where they make a difference. With randomness, 200 runs of other seeds.

    Args:
        scale: Of the rehearsal that it is held against.
        cut_ms: Where the rehearsal was ended before all was settled, ms since the run began. What happens as near to it
            as the tolerance may have happened or not: both count as predicted.
        tick: Is called after every run.
    """
    cut_ms = scenario.duration if cut_ms is None else cut_ms
    endless = scenario.model_copy(update={"duration": None})
    random = randomness(scenario)
    own = _simulate(endless, Streams(seed), scale, cut_ms)
    prediction = Prediction(random, scale, cut_ms, own.world.trace)
    if random:
        for number in range(SEEDS):
            run = _simulate(endless, Streams(seed + 1 + number), scale, cut_ms)
            _include(prediction, run)
            prediction.spans.append(run.spans())
            tick()
        return prediction
    _include(prediction, own)
    makes_a_difference = False
    for timing in range(1, MAX_TIMINGS):
        if timing >= TIMINGS and not makes_a_difference:
            break
        run = _simulate(endless, RetimedStreams(seed, timing), scale, cut_ms, timing)
        makes_a_difference |= _include(prediction, run)
        tick()
    return prediction


def randomness(scenario: Scenario) -> list[str]:
    """Say what makes two runs of a scenario differ by more than their timers.

    Errors by chance and invalid data do not: they are drawn for the job and the attempt, the same here and there.
    """
    found: list[str] = []
    if any(isinstance(entry.arrivals, PoissonArrivals) for entry in scenario.workload):
        found.append("arrivals")
    if any(not isinstance(scenario.service_of(entry), int) for entry in scenario.workload):
        found.append("service times")
    if any(isinstance(fault, ScheduledFault) and fault.mean_interval is not None for fault in scenario.faults):
        found.append("the moments of faults")
    if any(not isinstance(getattr(fault, "latency", 0), int) for fault in scenario.faults):
        found.append("the latency of Redis")
    if any(scenario.workers_of(queue).start_spread for queue in scenario.queues):
        found.append("the workers' starts")
    return found


def fate_of(job: JobResult) -> Fate:
    """Return what is compared of a job."""
    return job.outcome.value, job.effects, job.false_failure


class _Run(NamedTuple):
    """One simulated run, as it stood just before and just after its cut; or once, at its end."""

    world: Simulation
    stands: list[tuple[JobResults, dict[str, JobTimes]]]

    def spans(self) -> Spans:
        jobs, times = self.stands[-1]
        return spans(((job.job, job.queue, job.offered_ms) for job in jobs), times)


def _simulate(
    scenario: Scenario, streams: Streams, scale: Scale, cut_ms: int | None, timing: int | None = None
) -> _Run:
    options = RunOptions(seed=streams.seed, semantics=SEMANTICS, store="memory", streams=streams, metrics=False)
    world = Simulation(scenario, "queue", options)
    if timing is not None:
        _let_others_come_first(world, Streams(timing), scale)
    if cut_ms is None:
        world.run()
        return _Run(world, [(world.result().jobs, job_times(world.trace))])
    slack_ms = Tolerance(scale).of(Way(attempts=1))
    stands = []
    for until_ms in (max(0, cut_ms - slack_ms), cut_ms + slack_ms):
        world.run_towards(until_ms)
        jobs = JobResults(job for job in world.outcomes_now() if job.offered_ms <= cut_ms)
        stands.append((jobs, job_times(world.trace)))
    world.finish()
    return _Run(world, stands)


def _let_others_come_first(world: Simulation, streams: Streams, scale: Scale) -> None:
    """Change what a millisecond decides: in which order processes reconnect, what they hear, who is next for a job."""
    system = world.queue_system
    for queue, parts in system.queues.items():
        parts.promoter.deaf_at_reconnect = streams.unit("deaf-at-reconnect", queue) < 0.5
        parts.blocked_clients.drain_ms += round(scale.factor * POP_LATE_MS * streams.unit("pops", queue))
    processes: list[ClientProcess] = [system.producer]
    for workers in system.workers.values():
        processes += workers
    for process in processes:
        process.link.late_ms = int(len(processes) * streams.unit("reconnects", process.name))


def _include(prediction: Prediction, run: _Run) -> bool:
    """Add a run to a prediction, and tell whether it has brought something new."""
    prediction.runs += 1
    news = False
    for jobs, times in run.stands:
        for measure, number in add_up(count_by_queue(jobs).values()).as_dict().items():
            low, high = prediction.bounds.get(measure, (number, number))
            news |= measure not in prediction.bounds or not low <= number <= high
            prediction.bounds[measure] = min(low, number), max(high, number)
        if not prediction.random:
            for job in jobs:
                news |= _include_job(prediction, job, times.get(job.job, JobTimes(None, None)))
    return news


def _include_job(prediction: Prediction, job: JobResult, times: JobTimes) -> bool:
    fates, known = prediction.fates.setdefault(job.job, set()), prediction.times.setdefault(job.job, [])
    new_fate = fate_of(job) not in fates
    fates.add(fate_of(job))
    near_ms = Tolerance(prediction.scale).of(Way()) / 2
    new_time = all(times.distance(other) > near_ms for other in known)
    if new_time:
        known.append(times)
    return new_fate or new_time
