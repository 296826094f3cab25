"""Where everything stands, read from the keys and from the application's database."""

from collections.abc import Mapping

from redis.exceptions import ResponseError

from sim.engine.recorder import Names, Recorder
from sim.handlers.database import ApplicationDatabase
from sim.queue.dead_letter import dead_letter_ids
from sim.queue.getters import State, get_job, state_by_id
from sim.queue.keys import QueueKeys
from sim.queue.store import Store
from sim.results.facts import Place
from sim.results.outcomes import FinalState
from sim.scenario.schema import Scenario

_RANK = {
    place: rank
    for rank, place in enumerate(
        (Place.NOWHERE, Place.COMPLETED, Place.FAILED, Place.DEAD, Place.DELAYED, Place.WAITING, Place.ACTIVE)
    )
}
_PLACES: dict[State, Place] = {
    "completed": Place.COMPLETED,
    "failed": Place.FAILED,
    "delayed": Place.DELAYED,
    "waiting": Place.WAITING,
    "paused": Place.WAITING,
    "active": Place.ACTIVE,
}


def final_state(scenario: Scenario, database: ApplicationDatabase, places: Mapping[str, Place]) -> FinalState:
    """Say what stands: which effects, and where each job is."""
    effects = database.effects_by_job()
    parts = {name: len(listed) for name, config in scenario.queues.items() if (listed := config.listed_effects)}
    return FinalState(effects, places, parts, database.done_by_job()) if parts else FinalState(effects, places)


def job_places(store: Store, queues: list[QueueKeys], recorder: Recorder) -> dict[str, Place]:
    """Say where the queue holds each job, by the offer's name, in the order in which their ids came up.

    A job that was added twice counts where it may still run; jobs that the queue holds no more are NOWHERE.

    Redis: LRANGE and ZRANGE of every state, and of the dead letter queues. O(jobs).
    """
    standing = standing_places(store, queues, recorder)
    return {name: standing.get(name, Place.NOWHERE) for _queue, _job_id, name in recorder.ids()}


def standing_places(store: Store, queues: list[QueueKeys], recorder: Names) -> dict[str, Place]:
    """Say where the queue holds each job that it still holds, by the offer's name; see ``job_places``.

    Redis: LRANGE and ZRANGE of every state, and of the dead letter queues. O(jobs that are held).
    """
    places: dict[str, Place] = {}
    for keys in queues:
        for job_id, state in state_by_id(store, keys).items():
            place = _PLACES[state]
            name = recorder.name_of(keys.name, job_id)
            before = places.get(name)
            if before is None or _RANK[place] > _RANK[before]:
                places[name] = place
        dead = keys.dead_letters().name
        for dead_id in _dead_ids(store, keys):
            name = recorder.dead_letter(keys.name, dead, dead_id)
            before = places.get(name)
            if before is None or _RANK[Place.DEAD] > _RANK[before]:
                places[name] = Place.DEAD
    return places


def read_names(store: Store, queues: list[QueueKeys], recorder: Recorder) -> None:
    """Learn from the jobs' data which offer stands behind each id, where older data have taken the place of newer.

    Redis: LRANGE and ZRANGE of every state, HGETALL of every job. O(jobs that are held).
    """
    for keys in queues:
        for job_id in state_by_id(store, keys):
            try:
                job = get_job(store, keys, job_id)
            except ValueError:  # somebody put something else there
                continue
            name = job.data.get("job") if job is not None and type(job.data) is dict else None
            if type(name) is str and recorder.is_known(name) and recorder.known_name(keys.name, job_id) != name:
                recorder.map_id(keys.name, job_id, name)


def _dead_ids(store: Store, keys: QueueKeys) -> list[str]:
    try:
        return dead_letter_ids(store, keys)
    except ResponseError:  # somebody put something else there
        return []
