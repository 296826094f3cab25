"""What the page shows, as JSON; docs/serve.md says what is in it."""

from itertools import islice
from typing import Any

from sim.core.durations import format_duration
from sim.engine.process import Process
from sim.faults.by_hand import Place
from sim.faults.registry import HAND_VERBS
from sim.queue.pause import is_paused
from sim.results.delivery import delivery_times, sorted_times
from sim.results.outcomes import JobResults, add_up, count_by_queue
from sim.results.text import OUTCOMES
from sim.results.trace import Event, EventKind
from sim.serve.page.driver import Driver
from sim.serve.page.job_list import job_page, job_story, view_counts
from sim.serve.page.live_run import LiveRun
from sim.serve.page.pace import format_speed
from sim.serve.page.wrong_keys import read_or, wrong_keys
from sim.serve.world_lock import WorldBusy

SHOWN_EVENTS = 14
SHOWN_DEEDS = 50
KEPT_STATES = 8
"""Answers that are kept for the time in which the world is held, one for each view that pages have open."""
COUNT_AGAIN_S = 0.7
COUNT_SHARE = 6
"""While time goes on, outcomes are counted anew so often at most, and for a sixth of the time: it is a walk over all
jobs."""


class StateView:
    """Reads the run for the page, one look at a time.

    Args:
        driver: What moves the run.
        redis_port: Where the simulated Redis listens; None where it does not.
    """

    def __init__(self, driver: Driver, redis_port: int | None = None) -> None:
        self._driver = driver
        self._redis_port = redis_port
        self._outcomes: dict[str, Any] = {}
        self._counted_version = 0
        self._count_again_s = float("-inf")
        self._last: dict[tuple[str | None, str, int], dict[str, Any]] = {}

    def state(self, queue: str | None = None, view: str = "failed", page: int = 0) -> dict[str, Any]:
        """Describe the run as it stands, with one page of one queue's jobs.

        Args:
            queue: Left out, the first.
            view: A state of Bull, or ``dead``.
            page: From 0.

        While the world is held for long (a script at the Redis port, a long step) this is the last state again, with
        ``is_held``.

        Raises:
            UnknownName: There is no such queue or view.
            WorldBusy: The world is held, and this was not asked before.
        """

        def see(run: LiveRun) -> dict[str, Any]:
            world = run.queue_world
            name = next(iter(run.scenario.queues)) if queue is None else queue
            server = world.server

            def look() -> dict[str, Any]:
                return {
                    "queues": [self._queue(run, one) for one in run.scenario.queues],
                    "jobs": job_page(world, name, view, page),
                }

            # The same look into the keys whether Redis is there or not: people see more than a client would.
            persistence = run.scenario.redis.persistence
            return {"version": self._driver.version, "time": self._time(run), **server.operate(look)} | {
                "redis": {
                    "state": run.queue_world.faults.redis_state,
                    "port": self._redis_port,
                    "persistence": persistence,
                },
                "database": self._database(run),
                "processes": self._processes(run),
                "actions": {place: _offered(run, place) for place in ("redis", "database", "anything")},
                "outcomes": self._count(run),
                "events": [_event(record) for record in _latest(run)],
                "log": [
                    {"at_ms": entry.at_ms, "do": entry.verb, "with": entry.arguments, "said": entry.said}
                    for entry in run.log[-SHOWN_DEEDS:]
                ],
                "log_length": len(run.log),
            }

        asked = (queue, view, page)
        try:
            found = self._driver.look(see)
        except WorldBusy:
            last = self._last.get(asked)
            if last is None:
                raise
            return last | {"time": last["time"] | {"is_held": True}}
        self._last.pop(asked, None)
        self._last[asked] = found
        while len(self._last) > KEPT_STATES:
            del self._last[next(iter(self._last))]
        return found

    def story(self, queue: str, job_id: str, dead: bool) -> dict[str, Any]:
        """Describe one job; see ``job_story``."""

        def see(run: LiveRun) -> dict[str, Any]:
            world = run.queue_world
            return world.server.operate(lambda: job_story(world, queue, job_id, dead=dead))

        return self._driver.look(see)

    def _time(self, run: LiveRun) -> dict[str, Any]:
        driver = self._driver
        return {
            "now_ms": run.now_ms,
            "now": format_duration(run.now_ms),
            "is_playing": driver.is_playing,
            "speed": format_speed(driver.speed),
            "goal_ms": driver.goal_ms,
            "is_over": run.is_over,
            "is_late": driver.is_late,
            "is_held": False,
            "note": driver.note,
        }

    def _queue(self, run: LiveRun, name: str) -> dict[str, Any]:
        world = run.queue_world
        handle = world.queue(name)
        samples = self._driver.samples
        return {
            "name": name,
            "is_paused": read_or(False, is_paused, world.redis, handle.keys),
            "has_dead_letters": handle.has_dead_letters,
            "counts": view_counts(world, name),
            "wrong_keys": [wrong._asdict() | {"said": str(wrong)} for wrong in wrong_keys(world, name)],
            "series": {"t_ms": samples.t_ms, **samples.values[name]},
        }

    def _processes(self, run: LiveRun) -> list[dict[str, Any]]:
        world = run.queue_world
        return [
            {"name": process.name, "queue": queue, "state": _process_state(process), "running": process.running}
            | {
                "unheard": len(process.unheard),
                "generation": process.generation,
                "actions": _offered(run, "process", process),
            }
            for queue, processes in world.queue_system.workers.items()
            for process in processes
        ]

    def _database(self, run: LiveRun) -> dict[str, Any]:
        database = run.queue_world.database
        return {
            "is_troubled": database.is_troubled,
            "latency_ms": database.latency_ms,
        }

    def _count(self, run: LiveRun) -> dict[str, Any]:
        driver = self._driver
        began_s = driver.real_s
        if self._counted_version != driver.version and not (driver.is_moving and began_s < self._count_again_s):
            counts = {mode: _counts(jobs) for mode, jobs in run.outcomes_now().items()}
            self._outcomes = {"at_ms": run.now_ms, "modes": counts, "measures": list(OUTCOMES)}
            self._counted_version = driver.version
            ended_s = driver.real_s
            self._count_again_s = ended_s + max(COUNT_AGAIN_S, COUNT_SHARE * (ended_s - began_s))
        return self._outcomes


def _offered(run: LiveRun, place: Place, process: Process | None = None) -> list[str]:
    """List which faults can be thrown, or taken back, in a row of the page now."""
    injector = run.queue_world.faults
    return [name for name, verb in HAND_VERBS.items() if verb.place == place and verb.is_offered(injector, process)]


def _counts(jobs: JobResults) -> dict[str, int | None]:
    """Count outcomes and overlays, and say how long deliveries took, ms; None where nothing was delivered."""
    return {**add_up(count_by_queue(jobs).values()).as_dict(), **delivery_times(sorted_times(jobs)).as_dict()}


def _process_state(process: Process) -> str:
    if not process.alive:
        return "down"
    if process.frozen:
        return "frozen"
    if process.cuts:
        return "cut off"
    if process.is_shutting_down:
        return "shutting down"
    return "busy" if process.running else "idle"


def _latest(run: LiveRun) -> list[Event]:
    records = run.queue_world.trace.records
    return list(islice(records, max(0, len(records) - SHOWN_EVENTS), None))[::-1]


def _event(record: Event) -> dict[str, Any]:
    more = record.more or {}
    told = next((str(more[key]) for key in ("error", "reason", "why", "effect", "failure", "kind") if key in more), "")
    if record.kind in (EventKind.OPERATOR_ACTED, EventKind.OPERATOR_FAILED):
        told = ": ".join(filter(None, (f"{more.get('do')} {record.queue}", str(more.get("error", "")))))
    if record.kind.value == "retry-scheduled":
        told = f"in {format_duration(int(more.get('delay_ms', 0)))}"
    return {
        "t_ms": record.t_ms,
        "event": record.kind.value,
        "job": record.job,
        "queue": record.queue,
        "attempt": record.attempt,
        "worker": record.worker,
        "told": told[:200],
    }
