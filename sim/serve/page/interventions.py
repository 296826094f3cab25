"""What a person can do to a running world by hand: verbs, each at one simulated moment.

How Redis may be crashed by hand, and what each of it keeps, in words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

from sim.core.durations import format_duration, parse_duration
from sim.core.errors import SimError, UnknownName
from sim.engine.process import Process
from sim.engine.queue_handle import QueueHandle
from sim.engine.world import World
from sim.faults.redis_crash import RedisCrash
from sim.queue.getters import STATES
from sim.scenario.schema import RedisConfig
from sim.stores.snapshots import FSYNC_MS, restore_point_ms
from sim.yaml_files.fields import ModeName

Worlds = Mapping[ModeName, World]
Arguments = dict[str, str]
BY_HAND = "by hand"
"""The name that a database failure has which a person began."""
SLOWED_BY_HAND = "slowed by hand"
"""And that of a slow database."""
CRASH_REDIS = "crash-redis"
CAUSES: tuple[str, ...] = get_args(RedisCrash.model_fields["cause"].annotation)
"""What may end Redis: its process, or the power of its machine."""


class Refused(SimError):
    """Something that cannot be done by hand at this moment; its text says why."""


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that can be done by hand.

    Attributes:
        needs: The arguments that it must have.
        may: Those that it can have besides.
        act: Does it, and returns what was done, in words.
        method: The method of ``QueueHandle`` that it stands on; empty for faults, which strike both modes.
    """

    needs: tuple[str, ...]
    act: Callable[[Worlds, Arguments], str]
    may: tuple[str, ...] = ()
    method: str = ""

    @property
    def is_offered(self) -> bool:
        """Whether the queue management has what it stands on."""
        return not self.method or hasattr(QueueHandle, self.method)


def intervene(worlds: Worlds, verb: str, arguments: Arguments) -> str:
    """Do something by hand, now, and return what was done, in words.

    Faults strike both modes, as a scenario's faults do: what crashes a worker crashes the application of in-process
    mode. What is done to a queue is done in queue mode.

    Raises:
        UnknownName: There is no such verb, process, queue or job.
        Refused: It makes no sense at this moment, or an argument is missing or not known.
        SimError: The queue refuses it; nothing was changed.
    """
    known = VERBS.get(verb)
    if known is None or not known.is_offered:
        raise UnknownName("verb", verb, [name for name, one in VERBS.items() if one.is_offered])
    missing = [name for name in known.needs if not arguments.get(name)]
    strange = [name for name in arguments if name not in known.needs + known.may]
    if missing or strange:
        wrong = f"{missing[0]} is missing" if missing else f"{strange[0]!r} is not an argument of it"
        raise Refused(f"{verb}: {wrong}; it takes {', '.join(known.needs + known.may) or 'nothing'}")
    return known.act(worlds, arguments)


# -- faults: both modes ------------------------------------------------------------------------------------------------


def _struck(worlds: Worlds, arguments: Arguments) -> list[tuple[World, list[Process]]]:
    """Find the process in queue mode first: a name that is not there is refused before anything is struck."""
    name = arguments["process"]
    worlds["queue"].injector.processes(name)
    return [(world, world.injector.processes(name)) for world in worlds.values()]


def _one(worlds: Worlds, arguments: Arguments) -> Process:
    return worlds["queue"].injector.processes(arguments["process"])[0]


def _crash(worlds: Worlds, arguments: Arguments) -> str:
    after_ms = parse_duration(arguments["restart_after"]) if arguments.get("restart_after") else None
    struck = _struck(worlds, arguments)
    if not any(process.alive for _world, processes in struck for process in processes):
        raise Refused(f"{arguments['process']} is down already")
    for world, processes in struck:
        for process in processes:
            world.injector.crash(process, after_ms)
    later = "; nothing restarts it" if after_ms is None else f", to start again after {format_duration(after_ms)}"
    return f"crashed {arguments['process']}{later}"


def _restart(worlds: Worlds, arguments: Arguments) -> str:
    struck = _struck(worlds, arguments)
    if all(process.alive for _world, processes in struck for process in processes):
        raise Refused(f"{arguments['process']} is running; crash it first")
    for world, processes in struck:
        for process in processes:
            world.injector.restart(process)
    return f"started {arguments['process']} again"


def _freeze(worlds: Worlds, arguments: Arguments) -> str:
    struck = _struck(worlds, arguments)
    target = _one(worlds, arguments)
    if not target.alive or target.frozen:
        raise Refused(f"{target.name} is {'frozen already' if target.frozen else 'down'}")
    for world, processes in struck:
        for process in processes:
            world.injector.freeze(process)
    return f"froze {arguments['process']}"


def _thaw(worlds: Worlds, arguments: Arguments) -> str:
    struck = _struck(worlds, arguments)
    if not any(process.frozen for _world, processes in struck for process in processes):
        raise Refused(f"{arguments['process']} is not frozen")
    for world, processes in struck:
        for process in processes:
            world.injector.resume(process)
    return f"let {arguments['process']} go on"


def _redis_state(worlds: Worlds) -> str:
    server = worlds["queue"].server
    return "up" if server is None else server.state


def _stop_redis(worlds: Worlds, _arguments: Arguments) -> str:
    if _redis_state(worlds) == "away":
        raise Refused("Redis is away already")
    for world in worlds.values():
        world.injector.stop_redis("stopped by hand")
    return "stopped Redis; its data stays"


def _start_redis(worlds: Worlds, _arguments: Arguments) -> str:
    if _redis_state(worlds) != "away":
        raise Refused("Redis is there already")
    for world in worlds.values():
        world.injector.start_redis()
    if _redis_state(worlds) == "away":
        return "took back one stop of Redis; a fault of the scenario still keeps it away"
    return "started Redis again"


def _crash_redis(worlds: Worlds, arguments: Arguments) -> str:
    cause, config = arguments["cause"], worlds["queue"].scenario.redis
    if cause not in CAUSES:
        raise Refused(f"{cause!r} is no cause of a crash; there are: {', '.join(CAUSES)}")
    if _redis_state(worlds) == "away":
        raise Refused("Redis is away already")
    now_ms = worlds["queue"].now_ms
    point_ms = restore_point_ms(config, cause, now_ms)
    for world in worlds.values():
        world.injector.crash_redis(cause)
    if point_ms == now_ms:
        left = "it has lost nothing"
    else:
        left = f"it goes back to {format_duration(point_ms)}" if point_ms else "it has lost everything"
    return f"crashed Redis ({cause}, {config.persistence}): {left}"


def _refuse_database(worlds: Worlds, _arguments: Arguments) -> str:
    if worlds["queue"].database.is_failing(BY_HAND):
        raise Refused("the database refuses calls already")
    for world in worlds.values():
        world.injector.begin_database_failure(BY_HAND, "refuse")
    return "made the database refuse every call"


def _restore_database(worlds: Worlds, _arguments: Arguments) -> str:
    if not worlds["queue"].database.is_failing(BY_HAND):
        raise Refused("no fault thrown by hand is on the database; those of the scenario end by themselves")
    for world in worlds.values():
        world.injector.end_database_failure(BY_HAND)
    return "let the database answer again"


def _slow_database(worlds: Worlds, arguments: Arguments) -> str:
    latency_ms = parse_duration(arguments["latency"])
    if not latency_ms:
        raise Refused("latency must be more than 0s")
    if worlds["queue"].database.is_slowed(SLOWED_BY_HAND):
        raise Refused("the database has been slowed by hand already; give it its speed back first")
    for world in worlds.values():
        world.injector.slow_database(SLOWED_BY_HAND, latency_ms)
    return f"slowed every call to the database by {format_duration(latency_ms)}"


def _restore_database_speed(worlds: Worlds, _arguments: Arguments) -> str:
    if not worlds["queue"].database.is_slowed(SLOWED_BY_HAND):
        raise Refused("nobody slowed the database by hand; the scenario's own slowness ends by itself")
    for world in worlds.values():
        world.injector.restore_database_speed(SLOWED_BY_HAND)
    return "gave the database its speed back"


# -- queue management: queue mode --------------------------------------------------------------------------------------


def _queue(worlds: Worlds, arguments: Arguments) -> QueueHandle:
    world = worlds["queue"]
    if _redis_state(worlds) != "up":
        raise Refused(f"Redis is {_redis_state(worlds)}: nobody can reach the queue until it is back")
    return world.queue(arguments["queue"])


def _one_job(method: str, done: str) -> Verb:
    def act(worlds: Worlds, arguments: Arguments) -> str:
        getattr(_queue(worlds, arguments), method)(arguments["id"])
        return f"{done} job {arguments['id']} of {arguments['queue']}"

    return Verb(("queue", "id"), act, method=method)


def _many_jobs(method: str, done: str) -> Verb:
    def act(worlds: Worlds, arguments: Arguments) -> str:
        jobs = getattr(_queue(worlds, arguments), method)()
        return f"{done} {_count(len(jobs))} of {arguments['queue']}"

    return Verb(("queue",), act, method=method)


def _clean(worlds: Worlds, arguments: Arguments) -> str:
    state = arguments["state"]
    if state not in STATES:
        raise UnknownName("state", state, list(STATES))
    handle: Any = _queue(worlds, arguments)
    jobs = handle.clean(arguments.get("grace") or "0s", state)
    return f"cleaned {_count(len(jobs))} that were {state} from {arguments['queue']}"


def _pause(worlds: Worlds, arguments: Arguments) -> str:
    _queue(worlds, arguments).pause()
    return f"paused {arguments['queue']}"


def _resume(worlds: Worlds, arguments: Arguments) -> str:
    _queue(worlds, arguments).resume()
    return f"resumed {arguments['queue']}"


def _count(jobs: int) -> str:
    return "1 job" if jobs == 1 else f"{jobs:,} jobs"


VERBS: dict[str, Verb] = {
    "crash-worker": Verb(("process",), _crash, ("restart_after",)),
    "restart-worker": Verb(("process",), _restart),
    "freeze-worker": Verb(("process",), _freeze),
    "resume-worker": Verb(("process",), _thaw),
    "stop-redis": Verb((), _stop_redis),
    "start-redis": Verb((), _start_redis),
    CRASH_REDIS: Verb(("cause",), _crash_redis),
    "refuse-database": Verb((), _refuse_database),
    "restore-database": Verb((), _restore_database),
    "slow-database": Verb(("latency",), _slow_database),
    "restore-database-speed": Verb((), _restore_database_speed),
    "retry": _one_job("retry", "retried"),
    "retry-all": _many_jobs("retry_all", "retried"),
    "replay": _one_job("replay", "replayed dead"),
    "replay-all": _many_jobs("replay_all", "replayed dead"),
    "purge": _one_job("purge", "purged dead"),
    "purge-all": _many_jobs("purge_all", "purged dead"),
    "promote": _one_job("promote", "promoted"),
    "remove": _one_job("remove", "removed"),
    "clean": Verb(("queue", "state"), _clean, ("grace",), "clean"),
    "drain": _many_jobs("drain", "drained"),
    "pause": Verb(("queue",), _pause, method="pause"),
    "resume": Verb(("queue",), _resume, method="resume"),
}
"""By name; what the queue management cannot do is not offered."""


_WORDS = {"process-kill": "its process is killed", "power-loss": "the power fails"}


class CrashChoice(NamedTuple):
    """One cause of a crash.

    Attributes:
        keeps: What Redis will know afterwards, with the persistence that the scenario says.
    """

    cause: str
    words: str
    keeps: str


def crash_choices(config: RedisConfig) -> list[CrashChoice]:
    """List every cause, with what will be left; ``restore_point_ms`` decides it."""
    return [CrashChoice(cause, _WORDS[cause], _kept(config, cause)) for cause in CAUSES]


def _kept(config: RedisConfig, cause: str) -> str:
    if config.persistence == "none":
        return "all is lost"
    if config.persistence == "rdb":
        return f"back to the last snapshot, one every {format_duration(config.save_interval)}"
    if config.persistence == "aof-everysec" and cause == "power-loss":
        return f"up to {format_duration(FSYNC_MS)} is lost"
    return "nothing is lost"
