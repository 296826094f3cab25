"""Repeatable jobs: one delayed job at a time, and the next one is added when that one is taken."""

from hashlib import md5
from typing import Any, NamedTuple

from sim.calendar.cron import cron
from sim.queue.javascript import text, truthy
from sim.queue.job import DEFAULT_NAME, JobOptions, to_json
from sim.queue.keys import QueueKeys
from sim.queue.store import Store
from sim.queue.submit import Added, add_job


class Planned(NamedTuple):
    """The job for the next time of a schedule.

    Attributes:
        due_ms: When it is due, epoch ms.
        added: What became of its add; a duplicate where the job for that time existed.
    """

    due_ms: int
    added: Added


def add_repeatable_job(
    store: Store,
    keys: QueueKeys,
    data: Any,
    options: dict[str, Any],
    *,
    now_ms: int,
    name: str = DEFAULT_NAME,
) -> Planned | None:
    """Register a schedule and add the job for its next time, as an add with ``repeat`` does.

    The schedule's key is made of its times, its time zone, its end and the job's own id: who registers the same again
    changes nothing, not even with other data or attempts, as long as the job for the next time exists. Who registers
    other times has two schedules.

    Args:
        options: In Bull's words, with ``repeat``.
        now_ms: Current time, epoch ms.

    Returns:
        The job for the next time; None where there is none, because of ``limit`` or ``endDate``.

    Raises:
        CronError: The cron expression or the time zone cannot be read.
        redis.ConnectionError: Indefinite. The schedule may be registered, and its job added.

    Redis: ZADD repeat, then an add. O(log n).

    Source: nextRepeatableJob of Bull 4.16.5; docs/bull-facts.md 31.
    """
    return _plan(store, keys, name, data, options, now_ms, is_registering=True)


def plan_next_job(
    store: Store, keys: QueueKeys, name: str, data: Any, options: dict[str, Any], *, now_ms: int
) -> Planned | None:
    """Add the job for the time after the one that was just taken; a worker does so before it runs its handler.

    The next time is the first after both now and the time of the job that was taken: times that nobody was there for
    are not made up. A schedule that somebody has removed is not continued.

    Args:
        options: Those of the job that was taken.
        now_ms: Current time, epoch ms.

    Redis: ZSCORE repeat, ZADD repeat, then an add; three steps. O(log n).

    Source: nextRepeatableJob of Bull 4.16.5.
    """
    return _plan(store, keys, name, data, options, now_ms, is_registering=False)


def _plan(
    store: Store,
    keys: QueueKeys,
    name: str,
    data: Any,
    options: dict[str, Any],
    now_ms: int,
    *,
    is_registering: bool,
) -> Planned | None:
    repeat: dict[str, Any] = dict(options["repeat"])
    before_ms: int = options.get("prevMillis") or 0
    if not before_ms and truthy(options.get("jobId")):
        repeat["jobId"] = options["jobId"]
    count = (repeat.get("count") or 0) + 1
    if "limit" in repeat and count > repeat["limit"]:
        return None
    if "endDate" in repeat and now_ms > repeat["endDate"]:
        return None
    due_ms = next_time_ms(max(now_ms, before_ms), repeat)
    if due_ms is None:
        return None
    own_id = f"{text(repeat['jobId'])}:" if truthy(repeat.get("jobId")) else ":"
    key = repeat_key(name, own_id, repeat)
    if not is_registering and store.zscore(keys.repeat, key) is None:
        return None
    store.zadd(keys.repeat, {key: due_ms})
    job_id = f"repeat:{_md5(name + own_id + _md5(key))}:{due_ms}"
    asked = {
        **options,
        "repeat": {**repeat, "count": count, "key": key},
        "jobId": job_id,
        "delay": max(0, due_ms - now_ms),
        "timestamp": now_ms,
        "prevMillis": due_ms,
    }
    added = add_job(store, keys, data, JobOptions.from_json(to_json(asked)), now_ms=now_ms, name=name)
    return Planned(due_ms, added)


def next_time_ms(now_ms: int, repeat: dict[str, Any]) -> int | None:
    """Return the first time of a schedule after a moment, epoch ms; None where there is none.

    ``every`` counts from the beginning of 1970: every five minutes means at :00, :05 and so on, whenever it was
    registered. ``startDate`` and ``endDate`` are looked at with ``cron`` only.

    Args:
        repeat: In Bull's words: ``every`` in ms, or ``cron`` with ``tz``; ``startDate`` and ``endDate`` in epoch ms.
    """
    every_ms = repeat.get("every")
    if every_ms:
        return int(now_ms // every_ms * every_ms + every_ms)
    start_ms = repeat.get("startDate")
    after_ms = now_ms if start_ms is None else max(now_ms, start_ms)
    due_ms = cron(repeat["cron"], repeat.get("tz")).after(after_ms)
    end_ms = repeat.get("endDate")
    return None if due_ms is None or (end_ms is not None and due_ms > end_ms) else due_ms


def repeat_key(name: str, own_id: str, repeat: dict[str, Any]) -> str:
    """Name a schedule among those of its queue, as Bull does in the sorted set ``repeat``."""
    end = f"{repeat['endDate']}:" if repeat.get("endDate") else ":"
    if not repeat.get("cron"):
        return f"{name}:{own_id}{end}{text(repeat.get('every'))}"
    zone = f"{repeat['tz']}:" if repeat.get("tz") else ":"
    return f"{name}:{own_id}{end}{zone}{repeat['cron']}"


def _md5(words: str) -> str:
    return md5(words.encode(), usedforsecurity=False).hexdigest()
