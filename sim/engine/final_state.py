"""Where everything stands, read from the keys."""

from redis.exceptions import ResponseError

from sim.engine.recorder import Names, Recorder
from sim.queue.dead_letter import dead_letter_ids
from sim.queue.keys import QueueKeys
from sim.queue.store import Store
from sim.results.facts import Place

_RANK = {
    place: rank
    for rank, place in enumerate(
        (Place.NOWHERE, Place.COMPLETED, Place.FAILED, Place.DEAD, Place.DELAYED, Place.WAITING, Place.ACTIVE)
    )
}


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
        for job_id, place in _places_by_id(store, keys).items():
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


def where_jobs_stand(store: Store, keys: QueueKeys) -> tuple[object, ...]:
    """Say how many jobs wait, run and are delayed, and which of them come next; a key of another type holds nothing."""
    found: list[object] = []
    for key in (keys.wait, keys.paused, keys.active):
        try:
            found.append((store.llen(key), store.lindex(key, -1)))
        except ResponseError:
            found.append(None)
    try:
        found.append((store.zcard(keys.delayed), store.zrange(keys.delayed, 0, 0, withscores=True)))
    except ResponseError:
        found.append(None)
    return tuple(found)


def _dead_ids(store: Store, keys: QueueKeys) -> list[str]:
    try:
        return dead_letter_ids(store, keys)
    except ResponseError:
        return []


def _places_by_id(store: Store, keys: QueueKeys) -> dict[str, Place]:
    """Read every state of a queue; an id that stands in two has the place of the later one here."""
    by_id: dict[str, Place] = {}
    for place, read, key in (
        (Place.COMPLETED, store.zrange, keys.completed),
        (Place.FAILED, store.zrange, keys.failed),
        (Place.DELAYED, store.zrange, keys.delayed),
        (Place.WAITING, store.lrange, keys.wait),
        (Place.WAITING, store.lrange, keys.paused),
        (Place.ACTIVE, store.lrange, keys.active),
    ):
        try:
            members = read(key, 0, -1)
        except ResponseError:  # somebody put something else there: the queue holds no job in it
            continue
        by_id.update(dict.fromkeys(members, place))
    return by_id
