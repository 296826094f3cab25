"""What cannot be rehearsed, said before anything is started."""

from sim.core.errors import SimError
from sim.rehearsal.scale import Scale
from sim.rehearsal.schedules import not_for_real
from sim.scenario.schema import Scenario

MAX_PROCESSES = 24
MAX_JOBS = 20_000
MAX_REAL_MS = 30 * 60_000


class NotRehearsable(SimError):
    """A scenario that cannot be done for real.

    Args:
        name: What the scenario is called, such as its file.
        reasons: Why, each with what can be done instead.
    """

    def __str__(self) -> str:
        name, *reasons = self.args
        return "\n".join(f"{name}: cannot be rehearsed: {reason}" for reason in reasons)


def refuse_what_cannot_be_done(scenario: Scenario, scale: Scale, name: str = "scenario", *, own: bool = False) -> None:
    """Look through a scenario for what no real machine does on command.

    Args:
        name: What the scenario is called, such as its file.
        own: Whether a person's own processor runs in place of the project's handlers.

    Raises:
        NotRehearsable: With every reason.
    """
    reasons = [
        f"faults[{number}].{reason}" for number, fault in enumerate(scenario.faults) for reason in fault.not_for_real
    ]
    reasons += [
        f"operator[{number}].{step.not_for_real}"
        for number, step in enumerate(scenario.operator)
        if step.not_for_real is not None
    ]
    reasons += [
        f"queues.{queue}.handler: {reason}"
        for queue, config in scenario.queues.items()
        if not own and (reason := config.job.never_real)
    ]
    reasons += [
        f"queues.{queue}.handler: with --own your file says what a job does and which effects count; name a handler"
        for queue, config in scenario.queues.items()
        if own and config.listed_effects
    ]
    if "queue" not in scenario.modes:
        reasons.append("modes: only queue mode is rehearsed; in-process mode has no Redis and no Bull to rehearse")
    reasons += [
        f"queues.{name}.dead_letter: the real Bull has no dead letter queue; leave it off to rehearse the rest"
        for name, queue in scenario.queues.items()
        if queue.dead_letter
    ]
    if scenario.database.has_limits:
        reasons.append(
            "database: its socket answers any number of calls, each after the same time; leave out all but latency: "
            "(a duration) and stock: to rehearse the rest"
        )
    reasons += [
        f"workers.{name}.process_queues: each real process serves one queue here; leave it out to rehearse the rest"
        for name in scenario.queues
        if scenario.workers_of(name).process_queues > 1
    ]
    if scenario.redis.max_clients is not None:
        reasons.append(
            "redis.max_clients: a worker that gets no connection is never ready, so the run could not begin; "
            "leave it out to rehearse the rest"
        )
    if scenario.redis.max_memory is not None:
        reasons.append(
            "redis.max_memory: a real Redis also counts its connections and the commands under way, so it is full some "
            "jobs sooner or later each time; leave it out to rehearse the rest"
        )
    reasons += not_for_real(scenario, scale.factor)
    processes = len(scenario.worker_names)
    if processes > MAX_PROCESSES:
        reasons.append(f"workers: {processes} processes; at most {MAX_PROCESSES} real ones are started")
    if scenario.jobs > MAX_JOBS:
        reasons.append(f"workload: {scenario.jobs:,} jobs; at most {MAX_JOBS:,} are submitted for real")
    span_ms = scenario.duration or max(
        *(entry.last_ms + entry.delay for entry in scenario.workload), *(step.at for step in scenario.operator), 0
    )
    if scale.real_ms(span_ms) > MAX_REAL_MS:
        reasons.append(f"at {scale} it takes longer than {MAX_REAL_MS // 60_000} minutes; give a larger --scale")
    if reasons:
        raise NotRehearsable(name, *reasons)
