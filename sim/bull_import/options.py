"""Every option of Bull 4.16.5 by its path, and what happens to it.

Source: the type declarations of Bull 4.16.5 and of ioredis 5, and what docs/bull-facts.md measured.
"""

from collections.abc import Callable
from typing import Any

from sim.bull_import.answer import Answer, job, not_modelled, queue, redis, without_effect, worker
from sim.bull_import.backoff import backoff
from sim.bull_import.repeat import repeat
from sim.bull_import.values import Unfit, kept, span, switch, table, text, whole

Convert = Callable[[Any], Answer]


def _is(why: str) -> Convert:
    return lambda _value: without_effect(why)


def _is_not(why: str) -> Convert:
    return lambda _value: not_modelled(why)


def _attempts(value: Any) -> Answer:
    attempts = whole(value)
    return queue("attempts", max(1, attempts), "" if attempts else "Bull runs a job with 0 attempts once")


def _stalled_count(value: Any) -> Answer:
    if value in ("Infinity", ".inf") or (isinstance(value, int) and not isinstance(value, bool) and value > 1_000):
        return worker("max_stalled", "unlimited")
    return worker("max_stalled", whole(value))


def _stalled_interval(value: Any) -> Answer:
    return worker("stalled_interval", span(whole(value)), "" if value else "0 means never")


def _priority(value: Any) -> Answer:
    return job("priority", whole(value))


def _job_id(value: Any) -> Answer:
    return job("job_id", text(value), "every job has this id; `{n}` in it stands for a number")


def _limiter(value: Any) -> Answer:
    said = table(value)
    if not {"max", "duration"} <= said.keys():
        raise Unfit("expected max and duration; Bull accepts no limiter without both")
    unknown = [name for name in said if name not in ("max", "duration", "groupKey", "bounceBack")]
    if unknown:
        raise Unfit(f"has no {unknown[0]}; it has max, duration, groupKey and bounceBack")
    found: dict[str, Any] = {}
    for name, key, read in (
        ("max", "max", lambda one: whole(one, least=1)),
        ("duration", "duration", span),
        ("groupKey", "group_key", text),
        ("bounceBack", "bounce_back", lambda one: "on" if switch(one) else "off"),
    ):
        if name in said:
            found[key] = read(said[name])
    return queue("limiter", found)


def _retries(value: Any) -> Answer:
    return redis("max_retries_per_request", None if value is None else whole(value))


def _offline_queue(value: Any) -> Answer:
    if switch(value):
        return without_effect("as it is by default: calls wait in the client")
    return not_modelled("calls always wait in the client while Redis is down; the closest is `semantics: documented`")


def _ready_check(value: Any) -> Answer:
    if not switch(value):
        return without_effect("as Bull sets it")
    return not_modelled("Bull's clients do no ready check, so calls are rejected while Redis is loading")


_ADDRESS = "where Redis is changes nothing that breaks"
_STACK = "job records keep no stack traces; the error log does"
_REDIS: dict[str, Convert] = {
    **dict.fromkeys(
        (
            "host",
            "port",
            "path",
            "username",
            "password",
            "db",
            "family",
            "tls",
            "url",
            "connectionName",
            "name",
            "keepAlive",
        ),
        _is(_ADDRESS),
    ),
    "maxRetriesPerRequest": _retries,
    "enableOfflineQueue": _offline_queue,
    "enableReadyCheck": _ready_check,
    "retryStrategy": _is_not("clients come back on Bull's own schedule of attempts"),
    "reconnectOnError": _is_not("clients reconnect when the connection is lost, and only then"),
    "connectTimeout": _is_not("connecting succeeds or fails at once"),
    "commandTimeout": _is_not("a command never times out"),
    "keyPrefix": _is_not("Bull refuses it: use `prefix`"),
    "sentinels": _is_not("clients reach one address; a failover is the fault redis-failover"),
    "cluster": _is_not("there is a single Redis"),
    "lazyConnect": _is("clients are connected when the run begins"),
}
_SETTINGS: dict[str, Convert] = {
    "lockDuration": lambda value: worker("lock_duration", span(value)),
    "lockRenewTime": lambda value: worker("lock_renew", span(value)),
    "stalledInterval": _stalled_interval,
    "maxStalledCount": _stalled_count,
    "guardInterval": lambda value: worker("guard_interval", span(value)),
    "retryProcessDelay": lambda value: worker("retry_process_delay", span(value)),
    "drainDelay": lambda value: worker("drain_delay", span(value, 1_000), "Bull has it in seconds"),
    "backoffStrategies": _is("what a strategy answers stands under `backoff`"),
    "isSharedChildPool": _is_not("there are no sandboxed processors; a handler runs in its worker's process"),
}
_JOB: dict[str, Convert] = {
    "attempts": _attempts,
    "backoff": backoff,
    "removeOnComplete": lambda value: queue("remove_on_complete", kept(value), _seconds(value)),
    "removeOnFail": lambda value: queue("remove_on_fail", kept(value), _seconds(value)),
    "timeout": lambda value: queue("timeout", span(value)),
    "priority": _priority,
    "delay": lambda value: job("delay", span(value)),
    "lifo": lambda value: job("lifo", "on" if switch(value) else "off"),
    "jobId": _job_id,
    "repeat": repeat,
    "stackTraceLimit": _is(_STACK),
    "preventParsingData": _is("handlers get their data all the same"),
    "debounce": _is_not("every offered job is a job of its own; the closest is `job_id`"),
}
OPTIONS: dict[str, Convert] = {
    **{f"redis.{name}": convert for name, convert in _REDIS.items()},
    **{f"settings.{name}": convert for name, convert in _SETTINGS.items()},
    **{f"defaultJobOptions.{name}": convert for name, convert in _JOB.items()},
    **{f"add.{name}": convert for name, convert in _JOB.items()},
    "limiter": _limiter,
    "prefix": _is("keys begin with `bull:` here; the prefix changes nothing else"),
    "metrics": _is("`metrics:` of a scenario samples more than Bull's own counts"),
    "createClient": _is_not("each process has connections of its own"),
    "concurrency": lambda value: worker("concurrency", whole(value, least=1)),
    "processes": lambda value: worker("processes", whole(value)),
}
"""By path; `add.` is what `add()` is given, `concurrency` what `process()` is, and `processes` how many call it."""
GROUPS = ("redis", "settings", "defaultJobOptions", "add")
"""Options that hold options."""


def _seconds(value: Any) -> str:
    return "Bull has `age` in seconds" if isinstance(value, dict) and "age" in value else ""
