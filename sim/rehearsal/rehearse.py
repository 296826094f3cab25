"""From a scenario to the verdict on the simulator.

Running ahead of everything else on the machine, so that a rehearsal's times are its own.
Rehearse a scenario: start everything, run it, end everything.
What cannot be rehearsed, said before anything is started.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sim.core.errors import SimError
from sim.rehearsal.director import Rehearsal
from sim.rehearsal.prediction import predict
from sim.rehearsal.process_group import ProcessGroup
from sim.rehearsal.real_parts import RealParts, find_real_parts
from sim.rehearsal.scale import Scale
from sim.rehearsal.verdict import Verdict
from sim.results.result import ModeResult
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario


@contextmanager
def ahead_of_others() -> Iterator[bool]:
    """Run with real-time priority meanwhile, where that is allowed; so does every process that is started meanwhile.

    Yields:
        Whether it is: on Linux, for root or with CAP_SYS_NICE.
    """
    try:
        before, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(os.sched_get_priority_min(os.SCHED_RR)))
    except (AttributeError, PermissionError):
        yield False
        return
    try:
        yield True
    finally:
        os.sched_setscheduler(0, before, parameters)


class Performance(NamedTuple):
    """What a rehearsal came to.

    Attributes:
        versions: Of ``bull``, ``node`` and ``redis``.
        late_ms: By how much the latest event came too late, real ms: how busy the machine was.
        cut_ms: Where it was ended before all was settled, ms since the run began; None where it ended by itself.
    """

    result: ModeResult
    versions: dict[str, str]
    late_ms: float
    cut_ms: int | None


def perform(scenario: Scenario, scale: Scale, seed: int, parts: RealParts, own: Path | None = None) -> Performance:
    """Run a scenario's queue mode for real; nothing that was started is left when this returns or raises.

    Where it may (for root) it runs ahead of everything else on the machine; not with code that is not the project's.

    Args:
        own: A person's own processor, in place of the project's handlers.

    Raises:
        OwnFileError: What the own processor threw was caught by nobody and ended its process.
        RehearsalBroken: Something happened that is no part of the scenario.
    """
    with nullcontext() if own else ahead_of_others(), ProcessGroup() as process_group:
        rehearsal = Rehearsal(scenario, scale, seed, parts, process_group, own)
        result = asyncio.run(rehearsal.run())
        versions = {
            "node": subprocess.check_output([parts.node, "--version"], text=True).strip().removeprefix("v"),
            "bull": json.loads((parts.node_modules / "bull" / "package.json").read_text())["version"],
            "redis": rehearsal.redis_version,
        }
    return Performance(result, versions, rehearsal.clock.late_ms, rehearsal.cut_ms)


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


def refuse_what_cannot_be_done(scenario: Scenario, scale: Scale, name: str = "scenario") -> None:
    """Look through a scenario for what no real machine does on command.

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
    if "queue" not in scenario.modes:
        reasons.append("modes: only queue mode is rehearsed; in-process mode has no Redis and no Bull to rehearse")
    reasons += [
        f"queues.{name}.dead_letter: the real Bull has no dead letter queue; leave it off to rehearse the rest"
        for name, queue in scenario.queues.items()
        if queue.dead_letter
    ]
    reasons += [
        f"workers.{name}.process_queues: each real process serves one queue here; leave it out to rehearse the rest"
        for name in scenario.queues
        if scenario.workers_of(name).process_queues > 1
    ]
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


class RehearsalReport(NamedTuple):
    """What one rehearsal gives back.

    Attributes:
        name: The scenario's file without its ending.
        versions: Of ``bull``, ``node`` and ``redis``.
        real_s: How long the run took, real seconds.
        late_ms: By how much the latest event came too late, real ms: how busy the machine was.
        day: When, such as 2026-03-01.
    """

    name: str
    scenario: Scenario
    seed: int
    scale: Scale
    versions: dict[str, str]
    real_s: float
    late_ms: float
    day: str
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON."""
        return {
            "scenario": self.name,
            "title": self.scenario.title,
            "seed": self.seed,
            "scale": str(self.scale),
            "versions": self.versions,
            "date": self.day,
            "real_s": round(self.real_s, 1),
            "late_ms": round(self.late_ms, 1),
            **self.verdict.as_dict(),
        }


def load_rehearsable(path: str | Path, scale: Scale) -> Scenario:
    """Load a scenario that can be rehearsed.

    Raises:
        ScenarioError: The file cannot be used.
        NotRehearsable: It asks for what cannot be done for real.
    """
    scenario = load_scenario(path)
    refuse_what_cannot_be_done(scenario, scale, str(path))
    return scenario


def rehearse(
    path: str | Path,
    scale: Scale,
    *,
    seed: int | None = None,
    say: Callable[[str], None] = lambda _text: None,
) -> RehearsalReport:
    """Run a scenario for real and hold it against its prediction.

    Args:
        path: The scenario's file.
        seed: Left out, the scenario's.
        say: Is told what is going on, in a few words.

    Raises:
        ScenarioError: The file cannot be used.
        RealPartMissing: Something that a rehearsal needs is not on this machine.
        NotRehearsable: The scenario asks for what cannot be done for real; nothing was started.
        RehearsalBroken: Something happened that is no part of the scenario.
    """
    scenario = load_rehearsable(path, scale)
    parts = find_real_parts()
    chosen = scenario.seed if seed is None else seed
    say("running for real")
    performance = perform(scenario, scale, chosen, parts)
    say("simulating")
    prediction = predict(scenario, chosen, scale, performance.cut_ms)
    result = performance.result
    verdict = Verdict(prediction, result.totals, result.jobs, result.trace)
    return RehearsalReport(
        name=Path(path).stem,
        scenario=scenario,
        seed=chosen,
        scale=scale,
        versions=performance.versions,
        real_s=scale.real_ms(result.simulated_ms) / 1_000,
        late_ms=performance.late_ms,
        day=date.today().isoformat(),
        verdict=verdict,
    )
