"""What docs/bring-your-configuration.md says of Bull's options, from examples that are converted.

``python -m tests.docs.option_table`` writes it anew; a test says when that is.
"""

import json
from pathlib import Path
from typing import Any

from sim.bull_import.options import OPTIONS
from sim.bull_import.read import Given, read_options
from sim.bull_import.write import flow

PAGE = Path(__file__).parents[2] / "docs/bring-your-configuration.md"
BEGIN, END = "<!-- options -->\n", "<!-- end -->"
_JOB: dict[str, Any] = {
    "attempts": 5,
    "backoff": {"type": "exponential", "delay": 2_000},
    "removeOnComplete": {"age": 86_400, "count": 1_000},
    "removeOnFail": 500,
    "timeout": 30_000,
    "priority": 5,
    "delay": 60_000,
    "lifo": True,
    "jobId": "invoice-{n}",
    "repeat": {"cron": "*/5 * * * *", "tz": "Europe/Berlin"},
    "stackTraceLimit": 10,
    "preventParsingData": True,
    "debounce": {"id": "a", "ttl": 1_000},
}
EXAMPLES: dict[str, Any] = {
    "redis.host": "redis",
    "redis.port": 6379,
    "redis.path": "/run/redis.sock",
    "redis.url": "redis://redis:6379",
    "redis.username": "app",
    "redis.password": "secret",
    "redis.db": 1,
    "redis.family": 4,
    "redis.tls": {},
    "redis.connectionName": "jobs",
    "redis.name": "mymaster",
    "redis.keepAlive": 10_000,
    "redis.maxRetriesPerRequest": None,
    "redis.enableOfflineQueue": False,
    "redis.enableReadyCheck": False,
    "redis.retryStrategy": "a function",
    "redis.reconnectOnError": "a function",
    "redis.connectTimeout": 10_000,
    "redis.commandTimeout": 5_000,
    "redis.keyPrefix": "app:",
    "redis.sentinels": [{"host": "sentinel", "port": 26379}],
    "redis.cluster": True,
    "redis.lazyConnect": True,
    "settings.lockDuration": 60_000,
    "settings.lockRenewTime": 15_000,
    "settings.stalledInterval": 30_000,
    "settings.maxStalledCount": 3,
    "settings.guardInterval": 5_000,
    "settings.retryProcessDelay": 5_000,
    "settings.drainDelay": 5,
    "settings.backoffStrategies": {"jitter": "a function"},
    "settings.isSharedChildPool": True,
    "limiter": {"max": 10, "duration": 1_000, "groupKey": "customer"},
    "prefix": "{app}",
    "metrics": {"maxDataPoints": 1_440},
    "createClient": "a function",
    "concurrency": 5,
    "processes": 2,
    **{f"defaultJobOptions.{name}": value for name, value in _JOB.items()},
    **{f"add.{name}": value for name, value in _JOB.items()},
}
"""A value for every option, as its file may have it."""


def given(option: str, value: Any) -> Given:
    """Convert one option."""
    group, dot, name = option.rpartition(".")
    said = {group: {name: value}} if dot else {name: value}
    ((one,),) = read_options(json.dumps(said), "options.json").values()
    return one


def option_table() -> str:
    """List the options; those of `add()` are those of `defaultJobOptions`."""
    lines = ["| option of Bull | in the scenario | |", "|---|---|---|"]
    lines += [_row(option) for option in OPTIONS if not option.startswith("add.")]
    return "\n".join(lines) + "\n"


def _row(option: str) -> str:
    one = given(option, EXAMPLES[option])
    keys = ", ".join(
        f"`{'.'.join(part for part in path if part != '<queue>')}: {flow(value)}`"
        for path, value in one.answer.settings
    )
    why = one.answer.why if one.answer.modelled else f"not modelled: {one.answer.why}"
    return f"| `{option}: {json.dumps(one.value)}` | {keys or '-'} | {why} |"


def written() -> str:
    """Return what stands in the page."""
    return PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]


if __name__ == "__main__":
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}{option_table()}{END}{rest.split(END, 1)[1]}", encoding="utf-8")
