"""The jobs of a queue, a page at a time, and one job with its whole story."""

import math
from typing import Any

import orjson

from sim.core.errors import UnknownName
from sim.engine.clock import EPOCH_MS
from sim.engine.simulation import Simulation
from sim.plots.job_timeline import Lane, job_lanes
from sim.queue.dead_lettering import read_trail
from sim.queue.getters import STATES, job_state
from sim.queue.javascript import whole
from sim.queue.keys import QueueKeys
from sim.queue.store import Store
from sim.queue.submit import SCALE
from sim.results.outcomes import FinalState, classify_outcomes
from sim.results.result import ModeResult
from sim.results.trace import Event, EventKind, Trace, line_of
from sim.serve.page.wrong_keys import is_queue_key, read_or

DEAD = "dead"
VIEWS = (*STATES, DEAD)
"""What the page lists: Bull's states, and the dead letter queue."""
PAGE = 25
OF_A_JOB = frozenset(("name", "data", "opts", "timestamp", "attemptsMade", "stalledCounter", "processedOn"))
"""A hash with none of these fields is no job's."""
MAX_TEXT = 300
"""Characters of an error in a list; the job itself shows all."""


def view_counts(world: Simulation, queue: str) -> dict[str, int]:
    """Count the jobs of a queue in every view.

    A key that holds something of another kind counts as empty; see ``wrong_keys``.

    Redis: LLEN and ZCARD. O(1).
    """
    dead = world.queue(queue).keys.dead_letters()
    store = world.redis
    keys = world.queue(queue).keys
    counts = {}
    for state in STATES:
        count = store.llen if state in ("waiting", "active", "paused") else store.zcard
        counts[str(state)] = read_or(0, count, keys.of_state(state))
    return {**counts, DEAD: sum(read_or(0, store.llen, key) for key in (dead.wait, dead.paused))}


def job_page(world: Simulation, queue: str, view: str, page: int) -> dict[str, Any]:
    """Read one page of a view: those in line by who runs next, finished ones newest first.

    Args:
        page: From 0; one that is behind the last shows the last.

    Raises:
        UnknownName: There is no such queue or view.

    Redis: LRANGE or ZRANGE of the page, then HGETALL (and GET of the lock) of each job on it. O(page), and O(log n)
    for where it begins.
    """
    keys, store = world.queue(queue).keys, world.redis
    if view not in VIEWS:
        raise UnknownName("view", view, list(VIEWS))
    total = view_counts(world, queue)[view]
    page = max(0, min(page, (total - 1) // PAGE))
    home = keys.dead_letters() if view == DEAD else keys
    ids = _page_ids(store, keys, view, page * PAGE)
    rows = [_row(world, queue, home, str(job_id), view) for job_id in ids]
    return {"queue": queue, "view": view, "page": page, "size": PAGE, "total": total, "rows": rows}


def _page_ids(store: Store, keys: QueueKeys, view: str, first: int) -> list[str]:
    last = first + PAGE - 1
    if view in ("completed", "failed"):
        finished = keys.completed if view == "completed" else keys.failed
        return list(read_or([], store.zrange, finished, first, last, desc=True))
    if view == "delayed":
        return list(read_or([], store.zrange, keys.delayed, first, last))
    if view == DEAD:
        keys = keys.dead_letters()
        return _from_the_right(store, [keys.wait, keys.paused], first)
    return _from_the_right(store, [{"waiting": keys.wait, "active": keys.active, "paused": keys.paused}[view]], first)


def _from_the_right(store: Store, lists: list[str], first: int) -> list[str]:
    """Read a page of lists whose right end comes first, one behind the other."""
    found: list[str] = []
    for key in lists:
        length = read_or(0, store.llen, key)
        if first < length and len(found) < PAGE:
            end = length - first
            found += store.lrange(key, max(0, end - (PAGE - len(found))), end - 1)[::-1]
        first = max(0, first - length)
    return found


def _row(world: Simulation, queue: str, home: QueueKeys, job_id: str, view: str) -> dict[str, Any]:
    store = world.redis
    fields: dict[str, str] = read_or({}, store.hgetall, home.job(job_id))
    row: dict[str, Any] = {
        "id": job_id,
        "job": _arrival(world, home, job_id, fields),
        "attempts_made": whole(fields.get("attemptsMade")),
        "stalls": whole(fields.get("stalledCounter")),
        "reason": (fields.get("failedReason") or "")[:MAX_TEXT],
        "at_ms": _run_ms(fields.get("finishedOn") or fields.get("processedOn") or fields.get("timestamp")),
    }
    if view == "delayed":
        score = read_or(None, store.zscore, home.delayed, job_id)
        row["due_ms"] = None if score is None or math.isinf(score) else int(score) // SCALE - EPOCH_MS
    if view == "active":
        owner: Any = read_or(None, store.get, home.lock(job_id))
        row["worker"] = owner.split("#")[0] if owner else None
    return row


def job_story(world: Simulation, queue: str, job_id: str, *, dead: bool = False) -> dict[str, Any]:
    """Read everything that is known of one job: its hash, its events, and its life as a lane.

    Args:
        job_id: Its id in the queue, or in the dead letter queue with ``dead``; the name of an offer will do too.

    Raises:
        UnknownName: There is no such queue or job.

    Redis: HGETALL of the job, and what ``job_state`` takes. O(n).
    """
    keys, store = world.queue(queue).keys, world.redis
    home = keys.dead_letters() if dead else keys
    fields: dict[str, str] = {}
    if not is_queue_key(home, job_id):
        fields = read_or(fields, store.hgetall, home.job(job_id))
    if not fields.keys().isdisjoint(OF_A_JOB):
        name = _arrival(world, home, job_id, fields)
    elif not dead and world.recorder.is_known(job_id):
        name, job_id = job_id, _id_of(world, queue, job_id)
        fields = read_or(fields, store.hgetall, home.job(job_id)) if job_id else {}
    else:
        raise UnknownName("job", job_id, [])
    records = [record for record in world.trace if record.job == name or record.job is None]
    own = [record for record in records if record.job == name]
    return {
        "queue": queue,
        "id": job_id,
        "job": name,
        "state": _state_of(store, keys, job_id, fields, dead),
        "name": fields.get("name", ""),
        "data": fields.get("data", ""),
        "options": fields.get("opts", ""),
        "attempts_made": whole(fields.get("attemptsMade")),
        "stalls": whole(fields.get("stalledCounter")),
        "reason": fields.get("failedReason") or "",
        "stacks": _stacks(fields.get("stacktrace")),
        "lives": [
            {"reason": life.failed_reason, "attempts_made": life.attempts_made, "stacks": life.stacktrace}
            for life in read_trail(fields.get("trail"))
        ],
        "events": [orjson.loads(line_of(record, world.mode)) for record in own],
        "lane": _lane(world, name, records),
    }


def _state_of(store: Store, keys: QueueKeys, job_id: str, fields: dict[str, str], dead: bool) -> str:
    if dead:
        return DEAD
    if not fields:
        return "gone"
    return read_or("stuck", job_state, store, keys, job_id)


def _lane(world: Simulation, name: str, records: list[Event]) -> dict[str, Any] | None:
    facts = [fact for fact in world.recorder.facts if fact.job == name]
    if not facts or not any(record.kind is EventKind.OFFERED for record in records):
        return None
    trace = Trace(world.mode)
    trace.records = records
    outcomes = classify_outcomes(world.mode, facts, FinalState())
    result = ModeResult(world.mode, trace, outcomes, world.now_ms, list(world.scenario.queues))
    lane: Lane = job_lanes(result, [name])[0]
    return {
        "start_ms": lane.offered_ms,
        "end_ms": max(lane.end_ms, lane.offered_ms + 1),
        "tracks": lane.tracks,
        "segments": [
            {
                "kind": one.kind.value,
                "start_ms": one.start_ms,
                "end_ms": one.end_ms,
                "attempt": one.attempt,
                "worker": one.worker,
                "track": one.track,
            }
            for one in lane.segments
        ],
        "markers": [{"kind": one.kind.value, "t_ms": one.t_ms, "track": one.track} for one in lane.markers],
    }


def _arrival(world: Simulation, home: QueueKeys, job_id: str, fields: dict[str, str]) -> str:
    """Name the offer behind a job, as the worker does: what its data says, else what its id stands for."""
    try:
        data = orjson.loads(fields.get("data") or "{}")
    except ValueError:
        data = None
    claimed = data.get("job") if isinstance(data, dict) else None
    if isinstance(claimed, str) and world.recorder.is_known(claimed):
        return claimed
    return world.recorder.known_name(home.name, job_id) or f"{home.name}#{job_id}"


def _id_of(world: Simulation, queue: str, name: str) -> str:
    """Return the latest id that the queue gave an offer; empty where it gave it none."""
    return next((i for q, i, n in reversed(world.recorder.ids()) if q == queue and n == name), "")


def _stacks(text: str | None) -> list[str]:
    try:
        found = orjson.loads(text or "[]")
    except ValueError:
        return [text or ""]
    return [str(stack) for stack in found] if isinstance(found, list) else [str(found)]


def _run_ms(epoch_ms: str | None) -> int | None:
    ms = whole(epoch_ms)
    return ms - EPOCH_MS if ms else None
