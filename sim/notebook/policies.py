"""One day under one policy: its results, and its cost."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from sim.engine.run import run
from sim.notebook.shipped import changed
from sim.results.result import ModeResult


def on_each(queues: Sequence[str], **settings: Any) -> dict[str, Any]:
    """Set the same on several queues, as ``changed`` takes it."""
    return {f"queues.{queue}.{name}": value for queue in queues for name, value in settings.items()}


def day_under(scenario: str | os.PathLike[str], policy: Mapping[str, Any], seed: int) -> ModeResult:
    """Run a day with a policy as the library behaves, and return what queue mode came to.

    Args:
        policy: What the scenario's file is changed to, by place.
    """
    day = changed(scenario, {**policy, "expect": {}})
    return run(day, seed=seed, semantics="bull-4.16", store="memory").modes["queue"]


def bill(one: ModeResult) -> dict[str, float]:
    """Say what a day came to, and what it cost; times in whole seconds."""
    counts = one.totals
    times = one.delivery
    return {
        "not delivered": counts.offered - counts.delivered,
        "no record": counts.failed_evicted,
        "twice": counts.duplicated,
        "attempts per job": round(counts.attempts / counts.offered, 2),
        "95% within (s)": round((times.p95_ms or 0) / 1_000),
        "longest (s)": round((times.max_ms or 0) / 1_000),
    }
