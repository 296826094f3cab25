"""Where everything stands, read from the keys."""

from sim.jobqueue.dead_letter import dead_letter_ids
from sim.jobqueue.keys import QueueKeys
from sim.jobqueue.store import Store
from sim.ledger.outcomes import Place
from sim.world.recorder import Recorder

_RANK = {
    place: rank
    for rank, place in enumerate(
        (Place.NOWHERE, Place.COMPLETED, Place.FAILED, Place.DEAD, Place.DELAYED, Place.WAITING, Place.ACTIVE)
    )
}


def job_places(store: Store, queues: list[QueueKeys], recorder: Recorder) -> dict[str, Place]:
    """Say where the queue holds each job, by the offer's name; one that was added twice counts where it may still run.

    Redis: LRANGE and ZRANGE of every state, and of the dead letter queues. O(jobs).
    """
    by_id: dict[tuple[str, str], Place] = {}
    for keys in queues:
        for place, members in (
            (Place.COMPLETED, store.zrange(keys.completed, 0, -1)),
            (Place.FAILED, store.zrange(keys.failed, 0, -1)),
            (Place.DELAYED, store.zrange(keys.delayed, 0, -1)),
            (Place.WAITING, store.lrange(keys.wait, 0, -1)),
            (Place.WAITING, store.lrange(keys.paused, 0, -1)),
            (Place.ACTIVE, store.lrange(keys.active, 0, -1)),
        ):
            for job_id in members:
                recorder.name_of(keys.name, job_id)
                by_id[keys.name, job_id] = place
        dead = keys.dead_letters()
        for dead_id in dead_letter_ids(store, keys):
            recorder.dead_letter(keys.name, dead.name, dead_id)
            by_id[dead.name, dead_id] = Place.DEAD
    places: dict[str, Place] = {}
    for queue, job_id, name in recorder.ids():
        place = by_id.get((queue, job_id), Place.NOWHERE)
        if _RANK[place] >= _RANK[places.get(name, Place.NOWHERE)]:
            places[name] = place
    return places
