"""What is called otherwise since the rebuild began: old name -> new name.

Whoever renames something that a file, an event or a result says adds a line here. Everything here is applied to what
the checkout *before* says, so that both sides speak the new words. Names of Python modules and functions do not belong
here but into ``adapter_after.py``.
"""

from typing import Any

YAML_KEYS: dict[str, str] = {
    "arrivals.every": "interval",
    "metrics.every": "interval",
    "faults.mean_every": "mean_interval",
    "faults.share": "rate",
    "health.failure_share": "failure_rate",
    "health.silent_after": "unresponsive_after",
    "metrics.aftermath": "attribution_window",
}
"""Keys of scenario files and policies, such as ``{"share": "rate"}``.

A dotted old name is meant only where its path ends so; numbers of list entries do not count. ``metrics.every`` is the
``every`` of ``metrics``, and ``faults.share`` the ``share`` of any fault. The longest one that fits decides. The new
name has no dots.
"""

YAML_VALUES: dict[str, dict[str, str]] = {}
"""Words that stand in scenario files, by the key that they stand at (its *old* name, dotted as above)."""

EVENTS: dict[str, str] = {
    "accepted": "enqueued",
    "taken": "popped",
    "refused": "ack-rejected",
    "effect-suppressed": "effect-deduplicated",
    "forgotten": "data-lost",
    "worker-trouble": "worker-error",
}
"""Kinds of events, such as ``{"accepted": "enqueued"}``."""

EVENT_FIELDS: dict[str, dict[str, str]] = {}
"""Fields of events, by the event's *new* name; ``*`` is every event. Such as ``{"failed": {"kept": "retained"}}``."""

ERROR_FIELDS: dict[str, str] = {}
"""Fields of a line of the error log."""

WORDS: dict[str, str] = {
    "DatabaseAway": "DatabaseUnavailable",
    "refused": "ack-rejected",
    "notice_max": "detection_time_max",
    "effect_mean_ms": "delivery_mean_ms",
    "effect_p95_ms": "delivery_p95_ms",
}
"""Whole words in anything that a run gives: names of counts, outcomes, metrics, places, steps, modes, errors."""

TEXTS: dict[str, str] = {"DatabaseAway: ": "DatabaseUnavailable: "}
"""Parts of sentences in what a run gives, such as the message of an error; each is replaced wherever it stands."""

NEW_FIELDS: dict[str, frozenset[str]] = {"fault-began": frozenset({"target"}), "fault-ended": frozenset({"target"})}
"""Fields that an event tells only since the rebuild, by its new name; they are not compared, so keep this short."""


NEW_CHECKS = frozenset(
    (
        "attempts-have-an-end",
        "few-presses",
        "only-what-somebody-needs",
        "room-on-the-machine",
        "stalls-have-an-end",
        "time-to-recover",
    )
)
"""Checks that exercises gained, or that were made stricter, since the rebuild began; they are not compared."""


def is_new(event: dict[str, Any]) -> bool:
    """Tell whether an event is one that traces tell only since the rebuild began, as a mend; it is not compared.

    The application of queue mode says when it starts.
    """
    return (event["event"], event.get("worker"), event.get("mode")) == ("worker-started", "application", "queue")


def rewrite(event: dict[str, Any], earlier: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Give an event of the trace the shape that it has now, where that is more than other names; None leaves it out.

    Here several kinds of events become one, for instance. It has its new names already.

    Args:
        earlier: The events before it, in their new shape.
    """
    word = event["event"]
    if word in ("worker-frozen", "worker-resumed"):
        return {**event, "event": _FAULT[word], "kind": "worker-freeze"}
    if word in ("handler-fault-began", "handler-fault-ended"):
        return {**event, "event": _FAULT[word], "kind": "handler-error"}
    if word in ("database-fault-began", "database-fault-ended"):
        kind = event["name"].split(":")[2].split(".")[0]
        slow = event.get("failure") == "slow"
        kept = {field: value for field, value in event.items() if not (slow and field == "failure")}
        return {**kept, "event": _FAULT[word], "kind": kind}
    if word == "redis-down":
        if event["why"] == "loading":
            return {field: value for field, value in event.items() if field != "why"} | {"event": "redis-loading"}
        kind = "redis-outage" if event["why"] == "unreachable" else "redis-crash"
        return {**event, "event": "fault-began", "kind": kind}
    if word == "redis-up":
        kinds = (one["kind"] for one in reversed(earlier) if one["event"] == "fault-began")
        return {**event, "event": "fault-ended", "kind": next(kind for kind in kinds if kind.startswith("redis-"))}
    return event


_FAULT = {
    "worker-frozen": "fault-began",
    "worker-resumed": "fault-ended",
    "handler-fault-began": "fault-began",
    "handler-fault-ended": "fault-ended",
    "database-fault-began": "fault-began",
    "database-fault-ended": "fault-ended",
}
