"""Results made by hand: a small one in which everything happens once, and one with thousands of jobs."""

import heapq
from typing import Any

import numpy as np

from sim.results.outcomes import FinalState, JobResults, Place, gather_facts, judge
from sim.results.result import ModeResult, Result
from sim.results.trace import Event, EventKind, Trace
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName

SMALL_END_MS = 100_000


class Tape:
    """A trace that is written in any order and put in order of time at the end."""

    def __init__(self, mode: ModeName, queue: str = "email") -> None:
        self.mode: ModeName = mode
        self.queue = queue
        self.records: list[Event] = []

    def world(self, t_ms: int, event: EventKind, worker: str | None = None, **more: Any) -> None:
        """Write down something that concerns no job."""
        self.records.append(Event(t_ms, None, None, event, 0, worker, more or None))

    def operator(self, t_ms: int, event: EventKind, do: str) -> None:
        """Write down something that an operator did to the tape's queue, or could not do."""
        self.records.append(Event(t_ms, self.queue, None, event, 0, "operator", {"do": do}))

    def job(
        self, t_ms: int, job: str, event: EventKind, attempt: int = 0, worker: str | None = None, **more: Any
    ) -> None:
        """Write down something that happened to a job; its queue is what stands before the last hyphen."""
        self.records.append(Event(t_ms, job.rpartition("-")[0], job, event, attempt, worker, more or None))

    def arrival(self, t_ms: int, job: str, **more: Any) -> None:
        """Offer a job that is accepted at once."""
        self.job(t_ms, job, EventKind.OFFERED, 0, "producer")
        self.job(t_ms, job, EventKind.ENQUEUED, 0, "producer", **more)

    def succeed(self, job: str, attempt: int, worker: str, start_ms: int, effect_ms: int, end_ms: int) -> None:
        """Let an attempt start, have its effect and be recorded as done."""
        self.job(start_ms, job, EventKind.STARTED, attempt, worker)
        self.job(effect_ms, job, EventKind.EFFECT, attempt, worker)
        self.job(end_ms, job, EventKind.COMPLETED, attempt, worker)

    def trace(self) -> Trace:
        """Return the trace."""
        made = Trace(self.mode)
        made.records = sorted(self.records, key=lambda record: record.t_ms)
        return made

    def result(self, end_ms: int, places: dict[str, Place], queues: list[str]) -> ModeResult:
        """Judge every job by its effects in the trace and where it stands."""
        made = self.trace()
        effects: dict[str, int] = {}
        for record in made:
            if record.kind is EventKind.EFFECT and record.job is not None:
                effects[record.job] = effects.get(record.job, 0) + 1
        jobs = JobResults(judge(self.mode, facts) for facts in gather_facts(made, FinalState(effects, places)))
        made.records += [
            Event(end_ms, job.queue, job.job, EventKind.LOST, 0, None, None) for job in jobs if job.outcome == "lost"
        ]
        return ModeResult(self.mode, made, jobs, end_ms, queues)


def scenario(**changes: Any) -> Scenario:
    """A scenario of six emails; ``changes`` replace its fields as a file would write them."""
    raw: dict[str, Any] = {
        "title": "Crash, freeze, retry",
        "question": "Which of six emails arrive, and how often?",
        "story": "A worker dies.\n\nAnother one freezes.",
        "workload": [{"queue": "email", "arrivals": {"kind": "constant", "interval": "10s", "count": 6}}],
        "expect": {"queue": {"delivered": 4, "lost": "<= 0"}, "in-process": {"rejected": "> 0"}},
    }
    return Scenario.model_validate({**raw, **changes})


def queue_tape() -> Tape:
    """Six emails: a plain one, crash after the effect, a retry, a freeze, a failure, and one that Redis forgot."""
    tape = Tape("queue")
    for worker in ("email-1", "email-2"):
        tape.world(0, EventKind.WORKER_STARTED, worker)
    tape.arrival(0, "email-1")
    tape.succeed("email-1", 1, "email-1", 0, 1_000, 1_200)

    tape.arrival(2_000, "email-2")
    tape.job(2_000, "email-2", EventKind.STARTED, 1, "email-1")
    tape.job(3_000, "email-2", EventKind.EFFECT, 1, "email-1")
    tape.job(3_200, "email-2", EventKind.KILLED, 1, "email-1", step="after-effect-before-ack")
    tape.world(3_200, EventKind.WORKER_CRASHED, "email-1")
    tape.world(8_200, EventKind.WORKER_STARTED, "email-1")
    tape.job(62_000, "email-2", EventKind.STALLED, 1, "email-2")
    tape.succeed("email-2", 2, "email-2", 62_000, 63_000, 63_200)

    tape.arrival(4_000, "email-3")
    tape.job(4_000, "email-3", EventKind.STARTED, 1, "email-2")
    tape.job(4_500, "email-3", EventKind.ATTEMPT_FAILED, 1, "email-2", error="timeout", permanent=False)
    tape.job(4_500, "email-3", EventKind.RETRY_SCHEDULED, 1, "email-2", delay_ms=2_000)
    tape.job(6_500, "email-3", EventKind.PROMOTED, 1, "email-2")
    tape.succeed("email-3", 2, "email-2", 6_500, 7_000, 7_200)

    tape.arrival(10_000, "email-4")
    tape.job(10_000, "email-4", EventKind.STARTED, 1, "email-1")
    tape.world(10_500, EventKind.FAULT_BEGAN, "email-1", kind="worker-freeze")
    tape.job(62_000, "email-4", EventKind.STALLED, 1, "email-2")
    tape.succeed("email-4", 2, "email-2", 63_200, 64_000, 64_200)
    tape.world(90_000, EventKind.FAULT_ENDED, "email-1", kind="worker-freeze")
    tape.job(90_100, "email-4", EventKind.EFFECT, 1, "email-1")
    tape.job(90_200, "email-4", EventKind.ACK_REJECTED, 1, "email-1", error="Missing lock")

    tape.arrival(20_000, "email-5")
    tape.job(20_000, "email-5", EventKind.STARTED, 1, "email-2")
    tape.job(20_500, "email-5", EventKind.ATTEMPT_FAILED, 1, "email-2", error="no such user", permanent=True)
    tape.job(20_500, "email-5", EventKind.FAILED, 1, "email-2", reason="no such user", kept=True)
    tape.job(95_000, "email-5", EventKind.EVICTED, 1, "email-2", **{"from": "failed"})

    tape.arrival(40_000, "email-6", delay_ms=5_000)
    tape.world(42_000, EventKind.FAULT_BEGAN, kind="redis-crash", why="power-loss")
    tape.job(42_000, "email-6", EventKind.DATA_LOST, place="delayed")
    tape.world(47_000, EventKind.FAULT_ENDED, kind="redis-outage")
    return tape


def in_process_tape() -> Tape:
    """The same six emails without a queue: two die with the application, one is refused."""
    tape = Tape("in-process")
    app = "application"
    tape.world(0, EventKind.WORKER_STARTED, app)
    tape.arrival(0, "email-1")
    tape.succeed("email-1", 1, app, 0, 1_000, 1_200)
    tape.arrival(2_000, "email-2")
    tape.job(2_000, "email-2", EventKind.STARTED, 1, app)
    tape.world(2_500, EventKind.WORKER_CRASHED, app)
    tape.job(4_000, "email-3", EventKind.OFFERED, 0, "producer")
    tape.job(4_000, "email-3", EventKind.REJECTED, 0, "producer", error="connect ECONNREFUSED")
    tape.world(7_500, EventKind.WORKER_STARTED, app)
    tape.arrival(10_000, "email-4")
    tape.succeed("email-4", 1, app, 10_000, 11_000, 11_200)
    tape.arrival(20_000, "email-5")
    tape.job(20_000, "email-5", EventKind.STARTED, 1, app)
    tape.job(20_500, "email-5", EventKind.ATTEMPT_FAILED, 1, app, error="no such user", permanent=True)
    tape.job(20_500, "email-5", EventKind.FAILED, 1, app, reason="no such user", kept=False)
    tape.arrival(40_000, "email-6")
    tape.succeed("email-6", 1, app, 40_000, 41_000, 41_200)
    return tape


def small_result(**changes: Any) -> Result:
    """Both modes of six emails; the queue loses one that in-process delivers, and delivers two of them twice."""
    modes: dict[ModeName, ModeResult] = {
        "in-process": in_process_tape().result(SMALL_END_MS, {}, ["email"]),
        "queue": queue_tape().result(SMALL_END_MS, {}, ["email"]),
    }
    return Result(scenario(**changes), 1, "documented", "fakeredis", modes)


def large_result(jobs: int = 5_000) -> Result:
    """An hour of two queues: workers crash every few minutes, and some attempts fail; always the same."""
    end_ms = 3_600_000
    every = {"order": {"kind": "constant", "interval": "1s", "count": jobs // 2}}
    every["email"] = {"kind": "constant", "interval": "1s", "count": jobs - jobs // 2}
    workload = [{"queue": queue, "arrivals": arrivals} for queue, arrivals in every.items()]
    made = scenario(title=f"{jobs} jobs", workload=workload, expect={"queue": {"lost": 0}})
    modes: dict[ModeName, ModeResult] = {
        "in-process": _crowd("in-process", jobs, end_ms),
        "queue": _crowd("queue", jobs, end_ms),
    }
    return Result(made, 7, "documented", "fakeredis", modes)


def _crowd(mode: ModeName, jobs: int, end_ms: int) -> ModeResult:
    draw = np.random.default_rng(3)
    tape = Tape(mode)
    names = ["application"] if mode == "in-process" else [f"order-{n}" for n in (1, 2, 3)]
    crashes = list(range(300_000, 3_300_000, 400_000))
    for name in names:
        tape.world(0, EventKind.WORKER_STARTED, name)
    for place, t_ms in enumerate(crashes):
        tape.world(t_ms, EventKind.WORKER_CRASHED, names[place % len(names)])
        tape.world(t_ms + 20_000, EventKind.WORKER_STARTED, names[place % len(names)])
    free = [(0, name) for name in names]
    for number in range(jobs):
        t_ms = number * (end_ms - 300_000) // jobs
        job = f"{'order' if number % 2 else 'email'}-{number // 2 + 1}"
        crash = next((at for at in crashes if at - 1_500 <= t_ms < at), None)
        fails = bool(draw.random() < 0.05)
        service_ms = int(draw.integers(200, 1_400))
        if mode == "in-process" and any(at <= t_ms < at + 20_000 for at in crashes):
            tape.job(t_ms, job, EventKind.OFFERED, 0, "producer")
            tape.job(t_ms, job, EventKind.REJECTED, 0, "producer", error="down")
            continue
        tape.arrival(t_ms, job)
        free_ms, worker = heapq.heappop(free) if mode == "queue" else (t_ms, "application")
        start_ms = max(t_ms, free_ms)
        attempt = 1
        if crash is not None:
            tape.job(start_ms, job, EventKind.STARTED, 1, worker)
            attempt, start_ms = 2, max(start_ms, crash) + 45_000
            if mode == "queue":
                tape.job(crash, job, EventKind.KILLED, 1, worker, step="before-effect")
                tape.job(start_ms, job, EventKind.STALLED, 1, "order-2")
        elif fails:
            tape.job(start_ms, job, EventKind.STARTED, 1, worker)
            tape.job(start_ms + 100, job, EventKind.ATTEMPT_FAILED, 1, worker, error="timeout")
            if mode == "queue":
                tape.job(start_ms + 100, job, EventKind.RETRY_SCHEDULED, 1, worker, delay_ms=2_000)
                attempt, start_ms = 2, start_ms + 2_100
                tape.job(start_ms, job, EventKind.PROMOTED, 1, worker)
            else:
                tape.job(start_ms + 100, job, EventKind.FAILED, 1, worker, reason="timeout")
        if mode == "queue" or (crash is None and not fails):
            tape.succeed(job, attempt, worker, start_ms, start_ms + service_ms, start_ms + service_ms)
        if mode == "queue":
            heapq.heappush(free, (min(start_ms, t_ms + 3_000) + service_ms, worker))
    return tape.result(end_ms, {}, ["order", "email"])
