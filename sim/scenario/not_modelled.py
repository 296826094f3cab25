"""Names that people bring and that are knowingly not modelled: faults, keys, and options of Bull; each with why.

Bull's own names for what is modelled under another name are here too.
"""

_ANY = ""
_KINDS: dict[str, str] = {
    "hung-redis": "a Redis that answers nothing while its connections stay is redis-hang",
    "network-latency": "a slow way to Redis is slow-redis, with `target:` for one process; a slow database is "
    "slow-database",
    "failover": "a failover is redis-failover: a replica takes over that is behind by `lag:`",
    "redis-full": "Redis is full when its jobs fill it: `redis: {max_memory: 64mb}`, and `size:` of the workload",
    "network-partition": "who is cut off from what? redis-partition cuts a process off from Redis",
    "handler-slow": "no fault makes handlers work longer; give slow jobs a `service:` of their own at the workload, or "
    "use slow-database",
    "memory-leak": "processes have no memory limit; the closest are poison-job and worker-crash with `on_job:`",
    "out-of-memory": "processes have no memory limit; the closest are poison-job and worker-crash with `on_job:`",
    "deploy": "a deploy is worker-shutdown with `stagger:`",
    "clock-drift": "clocks do not drift; one that is ahead or behind by a fixed time is clock-skew",
    "connection-limit": "it is no fault; limit Redis by `max_clients:`, the database by `pool:` and `connections:`",
}
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "hung-redis": ("redis-freeze", "redis-hung", "redis-stall", "frozen-redis"),
    "network-latency": ("latency", "slow-network", "redis-slow", "redis-latency", "redis-slowdown"),
    "failover": ("sentinel-failover", "redis-replica-lag", "replica-lag", "redis-failover-with-lag"),
    "redis-full": ("redis-memory", "redis-oom", "redis-out-of-memory", "maxmemory", "redis-eviction"),
    "network-partition": ("partition", "network-outage", "network-failure", "worker-partition", "worker-cut-off"),
    "handler-slow": ("slow-handler", "slow-job", "job-slow"),
    "out-of-memory": ("oom", "worker-oom", "oom-kill"),
    "deploy": ("deployment", "rolling-restart", "rolling-deploy", "rollout"),
    "clock-drift": ("clock-jump", "time-skew", "ntp-failure"),
    "connection-limit": ("connection-pool", "pool-exhausted", "pool-exhaustion", "too-many-connections"),
}

_OTHERWISE = (
    "hung-redis",
    "network-latency",
    "failover",
    "redis-full",
    "network-partition",
    "deploy",
    "connection-limit",
)
"""Those of ``_KINDS`` that are modelled, in another way or under another name."""

_CLIENT = "client options are fixed, but for redis.max_retries_per_request"
_KEYS: dict[str, dict[str, str]] = {
    "QueueConfig": {
        "stack_trace_limit": "job records keep no stack traces; the error log does",
    },
    "Backoff": {"max_delay": "waits are not capped; list them under `delays:` of type `custom`"},
    "Workers": {
        "memory": "processes have no memory limit",
    },
    "RedisConfig": {
        "replicas": "nobody reads from a replica; one that takes over is the fault redis-failover",
        "sentinel": "nobody watches the primary; say when a replica takes over: redis-failover",
        "cluster": "all keys are on one Redis; the closest to a failover of a shard is redis-failover",
    },
    "RedisHang": {
        "target": "Redis hangs for all processes at once; the closest for one is redis-partition or slow-redis"
    },
    "SlowDatabase": {"target": "the database is slow for all processes"},
    "DatabaseFailure": {"target": "the database fails for all processes; `rate:` sets the share of failing calls"},
    _ANY: {
        "enable_offline_queue": _CLIENT,
        "enable_ready_check": _CLIENT,
        "connect_timeout": _CLIENT,
        "command_timeout": _CLIENT,
        "retry_strategy": _CLIENT,
        "prevent_parsing_data": "a job's data is always parsed",
        "stack_trace_limit": "job records keep no stack traces; the error log does",
        "is_shared_child_pool": "there are no sandboxed processors; a handler runs in its worker's process",
        "sandbox": "there are no sandboxed processors; a handler runs in its worker's process",
        "prefix": "keys always begin with `bull:`",
        "parent": "jobs have no children: flows belong to BullMQ",
        "flow": "jobs have no children: flows belong to BullMQ",
        "deduplication": "every offered job is a separate job; deduplication belongs to BullMQ",
    },
}
_ELSEWHERE: dict[str, dict[str, str]] = {
    "QueueConfig": {
        "jitter": "put jitter: into backoff:",
        "delays": "put delays: into backoff:, with type: custom",
        "payload_size": "how long a job's data is belongs to the workload: size: of its entry",
    },
    "Backoff": {"delays": "listed delays are of type: custom", "by_error": "waits by error are of type: custom"},
    "Workers": {
        "grace": "set it at the fault: worker-shutdown gives time to finish, worker-crash gives none",
        "clock": "a process whose clock is wrong is the fault clock-skew",
    },
    "RedisConfig": {
        "latency": "a slow Redis is a fault: slow-redis with latency:",
        "persistence_lag": "the age of a snapshot is set by save_interval:",
    },
    "RedisOutage": {
        "target": "Redis is down for all processes at once; to cut one off, write kind: redis-partition",
        "lag": "Redis keeps its data in an outage; a replica that is behind takes over in a redis-failover",
    },
    "RedisCrash": {
        "lag": "what a crash loses is set by persistence: and save_interval: of redis:; lag: is of redis-failover"
    },
    "WorkerShutdown": {
        "signal": "leave it out; a shutdown is always SIGTERM, and SIGKILL after grace:",
        "handler": "say what a worker does with SIGTERM by close:, which is wait, force or none",
    },
    "WorkerCrash": {
        "signal": "leave it out; a crash is always SIGKILL, and worker-shutdown is SIGTERM",
        "grace": "a crash is SIGKILL: nothing is finished; worker-shutdown gives time",
    },
    "SlowRedis": {"jitter": "write it into the latency: latency: {kind: uniform, min: 150ms, max: 250ms}"},
    "HandlerError": {"after_effect": "where an injected error comes is set by step: after-effect"},
    _ANY: {
        "max_retries_per_request": "put it under redis:; it is a setting of all clients",
        "drain_delay": "put it under workers:, into the queue's settings",
        "timeout": "put it under queues:, into the queue's settings; all its jobs have the same",
        "repeat": "put it into an entry of workload:, in place of arrivals:",
        "cron": "put it into repeat:, in an entry of workload:",
        "backoff_strategies": "say what a strategy answers under backoff: of its queue, with type: custom",
    },
}
"""Names that are right in another place, or say what is so anyway."""
_HERE: dict[str, str] = {
    "maxStalledCount": "max_stalled",
    "lockRenewTime": "lock_renew",
    "removeOnFail": "remove_on_fail",
    "removeOnComplete": "remove_on_complete",
    "maxmemoryPolicy": "eviction",
}
"""Bull's names for what has another name here."""


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


_BY_KIND = {_plain(name): why for name, why in _KINDS.items()} | {
    _plain(other): _KINDS[name] for name, others in _SYNONYMS.items() for other in others
}
_MODELLED = {_plain(other) for name in _OTHERWISE for other in (name, *_SYNONYMS.get(name, ()))}
_BY_KEY = {title: {_plain(name): why for name, why in known.items()} for title, known in _KEYS.items()}
_ELSEWHERE_BY_KEY = {title: {_plain(name): said for name, said in known.items()} for title, known in _ELSEWHERE.items()}
_OURS = {_plain(name): ours for name, ours in _HERE.items()}


def fault_not_modelled(kind: object) -> str:
    """Say that a kind of fault is not modelled, why, and what comes nearest; empty where it is not known at all.

    Of one that is modelled otherwise it says only how.
    """
    said = _said(kind, _BY_KIND)
    name, _, how = said.partition(" is not modelled: ")
    return f"there is no {name}: {how}" if said and _plain(str(kind)) in _MODELLED else said


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
        return f"this option of Bull is called {ours} here"
    elsewhere = _ELSEWHERE_BY_KEY.get(title, {}).get(plain) or _ELSEWHERE_BY_KEY[_ANY].get(plain)
    return elsewhere or _said(key, _BY_KEY.get(title, {})) or _said(key, _BY_KEY[_ANY])


def _said(name: object, known: dict[str, str]) -> str:
    why = known.get(_plain(name)) if isinstance(name, str) and len(name) <= 60 else None
    return "" if why is None else f"{name!r} is not modelled: {why}"


def own_strategy(types: list[str]) -> str:
    """Say how a type of backoff is written that is one's own; empty where others are listed than those of backoff."""
    if "fixed" not in types:
        return ""
    return "; a strategy of your own is type: custom with delays: or by_error:"
