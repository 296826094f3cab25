"""The sweeps that are run on both sides, over several shipped scenarios and kinds of axes; in old names."""

from typing import Any

RUNS = 3
"""At each point."""

SWEEPS: list[tuple[str, dict[str, list[Any]]]] = [
    ("01-worker-crashes/crash-after-effect-with-key.yaml", {"queues.email.idempotency_key": [True, False]}),
    ("01-worker-crashes/crash-in-progress.yaml", {"workers.order.processes": [2, 3, 5]}),
    ("01-worker-crashes/crash-in-progress.yaml", {"semantics": ["documented", "bull-4.16"]}),
    ("01-worker-crashes/frozen-worker.yaml", {"faults.0.duration": ["10s", "1m", "2m"]}),
    ("01-worker-crashes/killed-now-and-then.yaml", {"faults.0.mean_every": ["20s", "60s"]}),
    ("01-worker-crashes/killed-now-and-then.yaml", {}),
    ("01-worker-crashes/poison-job.yaml", {"workers.order.max_stalled": [0, 1, 2], "faults.0.restart_after": ["0s"]}),
    ("02-redis-failures/crash-with-append-only-file.yaml", {"redis.persistence": ["none", "rdb", "aof-always"]}),
    ("02-redis-failures/power-loss.yaml", {"workload.0.arrivals.every": ["100ms", "200ms", "400ms"]}),
    ("02-redis-failures/restart-from-snapshot.yaml", {"redis.save_interval": ["20s", "60s"]}),
    ("03-database-failures/paid-twice.yaml", {"faults.0.failure": ["refuse", "abort", "lost-reply"]}),
    ("03-database-failures/retries-that-outlast-it.yaml", {"queues.order.attempts": [1, 3, 8]}),
    (
        "03-database-failures/retries-that-outlast-it.yaml",
        {"queues.order.backoff.type": ["fixed", "exponential"], "faults.0.share": [0.3, 1]},
    ),
    ("03-database-failures/status-not-saved.yaml", {"workers.email.concurrency": [1, 3, 10]}),
    ("04-retries-and-retention/a-bad-day.yaml", {"faults.0.rate": [0.1, 0.5]}),
    ("04-retries-and-retention/invalid-data-discarded.yaml", {"queues.email.discard_permanent": [True, False]}),
    ("05-dead-letters/with.yaml", {"queues.email.dead_letter": [True, False], "faults.0.duration": ["20s", "75s"]}),
    ("06-operations/retry-all-pays-twice.yaml", {"operator.0.at": ["30s", "2m"], "faults.0.share": [0.2, 0.5]}),
    ("07-monitoring/false-alarm-in-a-burst.yaml", {"workload.0.arrivals.size": [20, 60]}),
    ("07-monitoring/nobody-notices.yaml", {"metrics.every": ["5s", "15s"], "workers.email.lock_duration": ["10s"]}),
]
