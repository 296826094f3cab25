"""Seven runs of the email queue, one for each thing that can go wrong with it, under alert rules of one's own."""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.engine.run import run
from sim.notebook.shipped import changed
from sim.results.outcomes import Counts
from sim.results.result import ModeResult

Fault = dict[str, Any]
Rule = dict[str, Any]

SCENARIO = "07-monitoring/nobody-notices.yaml"
BLINK: Fault = {"kind": "worker-crash", "target": "email", "step": "after-effect-before-ack", "jobs": ["email-10"]}
"""A worker is killed after its email has gone out and before it could say so; ``restart_after`` is left to say."""
FAULTS: dict[str, list[Fault]] = {
    "nothing": [],
    "a worker dies, back in 1 s": [{**BLINK, "restart_after": "1s"}],
    "a worker dies for good": [{"kind": "worker-crash", "target": "email-2", "at": "41s", "restart_after": None}],
    "a worker is frozen for 90 s": [{"kind": "worker-freeze", "target": "email-2", "at": "41s", "duration": "90s"}],
    "Redis is down for 2 min": [{"kind": "redis-outage", "at": "41s", "duration": "2m"}],
    "the database refuses for 2 min": [{"kind": "database-failure", "at": "41s", "duration": "2m"}],
    "the database is slow for 1 min": [
        {"kind": "slow-database", "at": "41s", "duration": "1m", "latency": "3s"},
    ],
}
RULES: list[Rule] = [
    {"name": "WorkerUnhealthy", "metric": "workers_unhealthy", "when": "> 0", "for": "30s"},
    {"name": "QueueBacklog", "metric": "waiting", "when": "> 20", "for": "1m"},
    {"name": "OldestWaitsTooLong", "metric": "oldest_waiting_age", "when": "> 1m"},
    {"name": "JobsFail", "metric": "failures", "over": "5m", "when": "> 0"},
]
"""The rules that the scenario has."""


def watched(faults: Sequence[Fault], rules: Sequence[Rule], interval: str = "15s") -> ModeResult:
    """Run the email queue with these faults and rules, and return what queue mode came to.

    Args:
        interval: How often samples are taken.
    """
    changes = {"faults": list(faults), "alerts": list(rules), "metrics": {"interval": interval}, "expect": {}}
    return run(changed(SCENARIO, changes), store="memory").modes["queue"]


def harm(totals: Counts) -> str:
    """Say what customers have of it."""
    parts = {"not delivered": totals.offered - totals.delivered, "twice": totals.duplicated}
    return ", ".join(f"{number} {what}" for what, number in parts.items() if number) or "none"


def noticed(one: ModeResult) -> str:
    """Say which alerts fired, and how long after the fault began."""
    found: dict[str, float] = {}
    for own in one.detections.faults:
        for episode in own.alerts:
            found.setdefault(episode.alert, own.after_ms(episode.fired_ms or 0) / 1_000)
    fired = [f"{name} {after:.0f} s" for name, after in found.items()]
    false = [f"FALSE: {episode.alert}" for episode in one.detections.false]
    return ", ".join(fired + false) or "nobody"


def all_faults(rules: Sequence[Rule]) -> Mapping[str, Mapping[str, str]]:
    """Run every fault with the same rules, and say what harm it did and which alerts fired."""
    runs = {name: watched(faults, rules) for name, faults in FAULTS.items()}
    return {name: {"harm": harm(one.totals), "alerts": noticed(one)} for name, one in runs.items()}
