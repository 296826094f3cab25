"""What a person can do to a running world by hand: verbs, each at one simulated moment.

Faults are thrown as their own files say (`sim/faults/`); what is done to queues stands here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.core.errors import UnknownName
from sim.engine.queue_handle import QueueHandle
from sim.engine.simulation import Simulation
from sim.faults.by_hand import Arguments, HandVerb, Refused
from sim.faults.registry import HAND_VERBS
from sim.queue.getters import STATES
from sim.yaml_files.fields import ModeName

Worlds = Mapping[ModeName, Simulation]


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


def _redis_state(worlds: Worlds) -> str:
    return worlds["queue"].injector.redis_state


def _by_hand(verb: HandVerb) -> Verb:
    """Throw or take back a fault in both modes, as its own file says."""

    def act(worlds: Worlds, arguments: Arguments) -> str:
        return verb.act({mode: world.injector for mode, world in worlds.items()}, arguments)

    return Verb(verb.needs, act, verb.optional)


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
    **{name: _by_hand(verb) for name, verb in HAND_VERBS.items()},
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
