"""What INFO says: about the simulated server, in simulated time."""

import hashlib
from itertools import islice
from typing import Any, NamedTuple

SAMPLE = 500
"""Keys that are measured for ``used_memory``; the others are taken to be as large as these on average."""
PER_KEY_BYTES = 56


class ServerFacts(NamedTuple):
    """What INFO tells, at one moment.

    Attributes:
        now_ms: Simulated time, epoch ms.
        up_since_ms: When the simulated Redis came up, epoch ms of simulated time.
    """

    now_ms: int
    up_since_ms: int
    port: int
    seed: int
    is_loading: bool
    clients: int
    blocked: int
    subscribed: int
    max_clients: int
    connections: int
    commands: int
    databases: dict[int, Any]


def describe(facts: ServerFacts, sections: list[str]) -> str:
    """Return INFO's text for the sections that were asked for; without any, all of it."""
    wanted = set(sections) - {"all", "default", "everything"} if sections else set()
    everything = not wanted
    blocks = []
    for title, lines in _sections(facts):
        if everything or title.lower() in wanted:
            blocks.append("\r\n".join([f"# {title}", *lines]) + "\r\n")
    return "\r\n".join(blocks)


def _sections(facts: ServerFacts) -> list[tuple[str, list[str]]]:
    up_s = max(0, facts.now_ms - facts.up_since_ms) // 1000
    used = used_memory(facts.databases)
    run_id = hashlib.sha1(f"{facts.seed}:{facts.up_since_ms}".encode()).hexdigest()
    return [
        (
            "Server",
            [
                "redis_version:7.0.0",
                "redis_mode:standalone",
                "os:simulated time",
                "arch_bits:64",
                "process_id:1",
                f"run_id:{run_id}",
                f"tcp_port:{facts.port}",
                f"server_time_usec:{facts.now_ms * 1000}",
                f"uptime_in_seconds:{up_s}",
                f"uptime_in_days:{up_s // 86_400}",
                "hz:10",
            ],
        ),
        (
            "Clients",
            [
                f"connected_clients:{facts.clients}",
                f"maxclients:{facts.max_clients}",
                f"blocked_clients:{facts.blocked}",
                f"pubsub_clients:{facts.subscribed}",
            ],
        ),
        (
            "Memory",
            [
                f"used_memory:{used}",
                f"used_memory_human:{_human(used)}",
                f"used_memory_rss:{used}",
                f"used_memory_peak:{used}",
                f"used_memory_peak_human:{_human(used)}",
                "total_system_memory:0",
                "maxmemory:0",
                "maxmemory_human:0B",
                "maxmemory_policy:noeviction",
                "mem_fragmentation_ratio:1.00",
                "mem_allocator:none",
            ],
        ),
        (
            "Persistence",
            [
                f"loading:{int(facts.is_loading)}",
                *(["loading_eta_seconds:1"] if facts.is_loading else []),
                "rdb_bgsave_in_progress:0",
                f"rdb_last_save_time:{facts.up_since_ms // 1000}",
                "rdb_last_bgsave_status:ok",
                "aof_enabled:0",
            ],
        ),
        (
            "Stats",
            [
                f"total_connections_received:{facts.connections}",
                f"total_commands_processed:{facts.commands}",
                "instantaneous_ops_per_sec:0",
                "rejected_connections:0",
                "expired_keys:0",
                "evicted_keys:0",
                "keyspace_hits:0",
                "keyspace_misses:0",
            ],
        ),
        ("Replication", ["role:master", "connected_slaves:0", "master_repl_offset:0"]),
        ("CPU", ["used_cpu_sys:0.000000", "used_cpu_user:0.000000"]),
        ("Modules", []),
        ("Cluster", ["cluster_enabled:0"]),
        ("Keyspace", [_keyspace(number, database, facts.now_ms) for number, database in _filled(facts.databases)]),
    ]


def used_memory(databases: dict[int, Any]) -> int:
    """Return about how many bytes the keys take."""
    total = 1_000_000
    for _, database in _filled(databases):
        sample = list(islice(iter(database), SAMPLE))
        sizes = sum(size_of(key, database) or 0 for key in sample)
        total += sizes * len(database) // max(1, len(sample))
    return total


def size_of(key: bytes, database: Any) -> int | None:
    """Return about how many bytes a key takes with its value; None when it is not there."""
    item = database.get(key)
    return None if item is None else PER_KEY_BYTES + len(key) + _measure(item.value)


def _measure(value: Any) -> int:
    if isinstance(value, bytes):
        return len(value)
    try:
        size = len(value)
        if not size:
            return 0
        some = list(islice(iter(value), 20))
        get = getattr(value, "get", None)
        measured = sum(len(part) + (len(get(part)) if get and isinstance(get(part), bytes) else 8) for part in some)
    except (TypeError, AttributeError):
        return PER_KEY_BYTES
    return measured * size // len(some)


def _filled(databases: dict[int, Any]) -> list[tuple[int, Any]]:
    return [(number, database) for number, database in sorted(databases.items()) if len(database)]


def _keyspace(number: int, database: Any, now_ms: int) -> str:
    expiries = [item.expireat for item in map(database.get, list(database)) if item and item.expireat is not None]
    left = sum(round(expiry * 1000) - now_ms for expiry in expiries) // max(1, len(expiries))
    return f"db{number}:keys={len(database)},expires={len(expiries)},avg_ttl={max(0, left)}"


def _human(size: int) -> str:
    return f"{size / 1024 / 1024:.2f}M"
