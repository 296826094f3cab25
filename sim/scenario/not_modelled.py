"""Names that people bring and that are knowingly not modelled: faults, keys, and options of Bull; each with why.

Bull's own names for what is modelled under another name are here too.
"""

_ANY = ""
_KINDS: dict[str, str] = {
    "slow-redis": "Redis answers at once or not at all here; redis-outage comes nearest, with no answer for a while",
    "redis-hang": "a Redis that keeps connections and answers nothing; redis-outage comes nearest, but breaks them",
    "redis-failover": "a replica that lags behind; redis-crash with `persistence: rdb` comes nearest: it goes back too",
    "redis-readonly": "a Redis that refuses writes and answers reads; redis-outage comes nearest",
    "redis-full": "Redis has room for everything here: there is no maxmemory and no eviction",
    "network-partition": "who is cut off from what? redis-partition cuts a process off from Redis",
    "handler-slow": "attempts of a queue draw from its one `service:`; slow-database slows those that call it",
    "memory-leak": "a process uses no memory here; poison-job or worker-crash with `on_job:` come nearest",
    "out-of-memory": "a process uses no memory here; poison-job or worker-crash with `on_job:` come nearest",
    "deploy": "a deploy is worker-shutdown with `stagger:`",
    "clock-skew": "all processes have the same clock",
    "network-latency": "commands take no time here; redis-outage or slow-database come nearest",
    "connection-limit": "Redis and the database take any number of them; database-failure with `rate:` comes nearest",
}
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "slow-redis": ("redis-slow", "redis-latency", "redis-slowdown"),
    "redis-hang": ("hung-redis", "redis-freeze", "redis-hung", "redis-stall", "frozen-redis"),
    "redis-failover": ("failover", "sentinel-failover", "redis-replica-lag", "replica-lag", "redis-failover-with-lag"),
    "redis-readonly": ("readonly", "redis-read-only"),
    "redis-full": ("redis-memory", "redis-oom", "redis-out-of-memory", "maxmemory", "redis-eviction"),
    "network-partition": ("partition", "network-outage", "network-failure", "worker-partition", "worker-cut-off"),
    "handler-slow": ("slow-handler", "slow-job", "job-slow"),
    "out-of-memory": ("oom", "worker-oom", "oom-kill"),
    "deploy": ("deployment", "rolling-restart", "rolling-deploy", "rollout"),
    "clock-skew": ("clock-drift", "clock-jump", "time-skew"),
    "network-latency": ("latency", "slow-network"),
    "connection-limit": ("connection-pool", "pool-exhausted", "pool-exhaustion", "too-many-connections"),
}

_TIMEOUT = "a handler that is given up and still goes on (Bull's job timeout); an attempt lasts its `service:`"
_REPEAT = "repeatable jobs (cron, every); arrivals of kind `constant` offer a job every so often, by the producer"
_JITTER = "every wait is exactly what type and delay say; several queues with other delays come nearest"
_CUSTOM = "a backoff of one's own with a list of delays; `exponential` or `fixed` with a delay come nearest"
_CONNECTIONS = "the database takes any number of connections; the workers' processes and concurrency limit what uses it"
_CLIENT = "the client's options; submits of `bull-4.16` wait 232.9 s, as by default, those of `documented` do not"
_KEYS: dict[str, dict[str, str]] = {
    "Workload": {
        "repeat": _REPEAT,
        "cron": _REPEAT,
        "committed_after": "what a job looks for is there when it is offered, so that `delay:` cures nothing here",
        "commits_after": "what a job looks for is there when it is offered, so that `delay:` cures nothing here",
        "job_id": "the queue numbers its jobs itself; an add with an id that exists is not tried",
        "service": "all jobs of a queue draw from its one `service:`; a queue of its own comes nearest",
        "size": "payloads have no size",
    },
    "QueueConfig": {
        "timeout": _TIMEOUT,
        "repeat": _REPEAT,
        "jitter": _JITTER,
        "commit": "an attempt has one effect",
        "stack_trace_limit": "records keep no stack; the error log has them",
        "payload_size": "payloads have no size",
    },
    "Backoff": {"jitter": _JITTER, "delays": _CUSTOM, "strategy": _CUSTOM, "max_delay": "waits are not capped"},
    "Limiter": {
        "bounce_back": "a limiter that drops what is too much; here it delays",
        "group_key": "a limit for each group; a queue for each group comes nearest",
    },
    "Workers": {
        "drain_delay": "an idle worker's blocked pop ends after 5 s, as by default",
        "grace": "a process that is told to stop and given time; worker-crash gives none",
        "memory": "a process uses no memory here",
        "backoff_strategies": _CUSTOM,
        "clock": "all processes have the same clock",
    },
    "DatabaseConfig": {
        "pool": _CONNECTIONS,
        "pool_size": _CONNECTIONS,
        "pool_timeout": _CONNECTIONS,
        "connections": _CONNECTIONS,
        "max_connections": _CONNECTIONS,
        "overload": "the database does any number of calls at once; slow-database and database-failure come nearest",
        "capacity": "the database does any number of calls at once; slow-database comes nearest",
    },
    "RedisConfig": {
        "max_memory": "Redis has room for everything here, and evicts nothing",
        "max_memory_policy": "Redis has room for everything here, and evicts nothing",
        "eviction": "Redis has room for everything here, and evicts nothing",
        "latency": "Redis answers at once or not at all",
        "replicas": "there is one Redis, without replicas; redis-crash comes nearest to a failover",
        "sentinel": "there is one Redis, without replicas; redis-crash comes nearest to a failover",
        "cluster": "there is one Redis, without replicas; redis-crash comes nearest to a failover",
        "max_clients": "Redis takes any number of connections",
        "persistence_lag": "`save_interval` says how old a snapshot may be",
    },
    "RedisOutage": {
        "target": "Redis is down for all processes at once; redis-partition cuts its target off",
        "lag": "Redis keeps its data in an outage; redis-crash goes back to what its persistence had",
    },
    "RedisCrash": {"lag": "what a crash takes back follows from `redis.persistence` and `save_interval`"},
    "WorkerShutdown": {
        "signal": "a shutdown is SIGTERM, and SIGKILL when `grace:` is over; leave it out",
        "handler": "a worker answers SIGTERM with `queue.close()`; one that does not dies at once: worker-crash",
    },
    "WorkerCrash": {
        "signal": "a crash is SIGKILL: nothing is finished; worker-shutdown is SIGTERM",
        "grace": "a crash is SIGKILL: nothing is finished; worker-shutdown gives time",
    },
    "HandlerError": {
        "step": "an injected error comes before the effect; `failure: lost-reply` of database-failure comes nearest",
        "after_effect": "an injected error comes before the effect; `failure: lost-reply` comes nearest",
    },
    "SlowDatabase": {"target": "the database is slow for all processes"},
    "DatabaseFailure": {"target": "the database fails for all processes; `rate:` says for how many calls"},
    _ANY: {
        "repeat": _REPEAT,
        "cron": _REPEAT,
        "timeout": _TIMEOUT,
        "jitter": _JITTER,
        "group_key": "a limit for each group; a queue for each group comes nearest",
        "bounce_back": "a limiter that drops what is too much; here it delays",
        "job_id": "the queue numbers its jobs itself; an add with an id that exists is not tried",
        "drain_delay": "an idle worker's blocked pop ends after 5 s, as by default",
        "max_retries_per_request": _CLIENT,
        "enable_offline_queue": _CLIENT,
        "enable_ready_check": _CLIENT,
        "connect_timeout": _CLIENT,
        "command_timeout": _CLIENT,
        "retry_strategy": _CLIENT,
        "prevent_parsing_data": "a job's data is always read",
        "stack_trace_limit": "records keep no stack; the error log has them",
        "is_shared_child_pool": "there are no sandboxed processors; a handler runs in its worker's process",
        "sandbox": "there are no sandboxed processors; a handler runs in its worker's process",
        "prefix": "keys always begin with `bull:`",
        "parent": "jobs have no children: flows belong to BullMQ",
        "flow": "jobs have no children: flows belong to BullMQ",
        "deduplication": "every offer is a job of its own; deduplication belongs to BullMQ",
    },
}
_VALUES: dict[str, str] = {"jitter": _JITTER, "custom": _CUSTOM, "linear": _CUSTOM, "polynomial": _CUSTOM}
"""Types of backoff."""
_HERE: dict[str, str] = {
    "maxStalledCount": "max_stalled",
    "lockRenewTime": "lock_renew",
    "removeOnFail": "remove_on_fail",
    "removeOnComplete": "remove_on_complete",
}
"""Bull's names for what has another name here."""


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


_BY_KIND = {_plain(name): why for name, why in _KINDS.items()} | {
    _plain(other): _KINDS[name] for name, others in _SYNONYMS.items() for other in others
}
_BY_KEY = {title: {_plain(name): why for name, why in known.items()} for title, known in _KEYS.items()}
_OURS = {_plain(name): ours for name, ours in _HERE.items()}


def fault_not_modelled(kind: object) -> str:
    """Say that a kind of fault is not modelled, why, and what comes nearest; empty where it is not known at all."""
    return _said(kind, _BY_KIND)


def backoff_not_modelled(name: object) -> str:
    """Say so of a type of backoff."""
    return _said(name, _VALUES)


def key_not_modelled(key: object, title: str, known: list[str]) -> str:
    """Say so of a key, or how Bull's option of that name is called here.

    Args:
        title: The model that the key stands in, such as ``QueueConfig``.
        known: The keys that may stand there.
    """
    plain = _plain(key) if isinstance(key, str) else ""
    if plain in map(_plain, known):
        return ""
    ours = _OURS.get(plain)
    if ours in known:
        return f"Bull's option is called {ours} here"
    return _said(key, _BY_KEY.get(title, {})) or _said(key, _BY_KEY[_ANY])


def _said(name: object, known: dict[str, str]) -> str:
    why = known.get(_plain(name)) if isinstance(name, str) and len(name) <= 60 else None
    return "" if why is None else f"{name!r} is not modelled: {why}"


def number_as_backoff(value: int) -> str:
    """Say what a number in place of a backoff means to Bull, and how it is written here."""
    same = f"{{type: fixed, delay: {value}ms}}"
    return f"a number as a backoff, as Bull takes it, is not modelled; {same} is the same"
