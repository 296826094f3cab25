"""What a person can do to a running world by hand: verbs, each at one simulated moment.

Faults are thrown, and queues are operated, as their own files say (`sim/faults/`, `sim/operator_verbs/`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from sim.core.errors import UnknownName
from sim.engine.queue_handle import QueueHandle
from sim.engine.simulation import Simulation
from sim.faults.by_hand import Arguments, HandVerb, Refused
from sim.faults.registry import HAND_VERBS
from sim.operator_verbs.base import OnJob, OperatorVerb
from sim.operator_verbs.by_hand import QueueButton
from sim.operator_verbs.registry import VERBS as OPERATOR_VERBS
from sim.yaml_files.fields import ModeName

Worlds = Mapping[ModeName, Simulation]


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that can be done by hand.

    Attributes:
        needs: The arguments that it must have.
        may: Those that it can have besides.
        act: Does it, and returns what was done, in words.
    """

    needs: tuple[str, ...]
    act: Callable[[Worlds, Arguments], str]
    may: tuple[str, ...] = ()


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
    if known is None:
        raise UnknownName("verb", verb, list(VERBS))
    missing = [name for name in known.needs if not arguments.get(name)]
    strange = [name for name in arguments if name not in known.needs + known.may]
    if missing or strange:
        wrong = f"{missing[0]} is missing" if missing else f"{strange[0]!r} is not an argument of it"
        raise Refused(f"{verb}: {wrong}; it takes {', '.join(known.needs + known.may) or 'nothing'}")
    return known.act(worlds, arguments)


def _redis_state(worlds: Worlds) -> str:
    return worlds["queue"].faults.redis_state


def _by_hand(verb: HandVerb) -> Verb:
    """Throw or take back a fault in both modes, as its own file says."""

    def act(worlds: Worlds, arguments: Arguments) -> str:
        return verb.act({mode: world.faults for mode, world in worlds.items()}, arguments)

    return Verb(verb.needs, act, verb.optional)


# -- queue management: queue mode --------------------------------------------------------------------------------------


def _queue(worlds: Worlds, arguments: Arguments) -> QueueHandle:
    world = worlds["queue"]
    if _redis_state(worlds) != "up":
        raise Refused(f"Redis is {_redis_state(worlds)}: nobody can reach the queue until it is back")
    return world.queue(arguments["queue"])


def _on_queue(do: str, verb: type[OperatorVerb], button: QueueButton) -> Verb:
    """Do to a queue what a verb of the operator does, as its own file says."""
    of_job = issubclass(verb, OnJob)
    viewed = {button.view_is: button.view_is} if button.view_is else {}

    def act(worlds: Worlds, arguments: Arguments) -> str:
        queue = _queue(worlds, arguments)
        step = _read(verb, do, of_job, {**viewed, **button.may}, arguments)
        done = step.act(queue, arguments.get("id", ""))
        return button.said.format_map({**arguments, "jobs": _count(len(done)) if isinstance(done, list) else ""})

    return Verb(("queue", *(("id",) if of_job else ()), *viewed), act, tuple(button.may))


def _read(
    verb: type[OperatorVerb], do: str, of_job: bool, fields: Mapping[str, str], arguments: Arguments
) -> OperatorVerb:
    """Read what a person gave besides the queue and the job, as a scenario file's keys are read."""
    given = {field: arguments[name] for name, field in fields.items() if arguments.get(name)}
    texts = {"at": "0s", "do": do, "queue": "any", **({"id": "any"} if of_job else {}), **given}
    try:
        return verb.model_validate_strings(texts, strict=False)
    except ValidationError as error:
        first = error.errors()[0]
        name = next((name for name, field in fields.items() if field == first["loc"][-1]), first["loc"][-1])
        raise Refused(f"{do}: {name}: {first['msg'].removeprefix('Value error, ')}") from None


def _count(jobs: int) -> str:
    return "1 job" if jobs == 1 else f"{jobs:,} jobs"


VERBS: dict[str, Verb] = {
    **{name: _by_hand(verb) for name, verb in HAND_VERBS.items()},
    **{do: _on_queue(do, verb, verb.by_hand) for do, verb in OPERATOR_VERBS.items() if verb.by_hand is not None},
}
"""By name."""
