"""Every fault of a scenario, arranged in its world."""

from collections.abc import Callable
from typing import Any

from sim.engine.verbs import FaultTarget
from sim.faults import (
    database_failure,
    handler_error,
    poison_job,
    redis_crash,
    redis_outage,
    slow_database,
    worker_crash,
    worker_freeze,
)
from sim.faults.schedule import Setting

ARRANGE: dict[str, Callable[[Any, Setting], None]] = {
    "worker-crash": worker_crash.arrange,
    "worker-freeze": worker_freeze.arrange,
    "poison-job": poison_job.arrange,
    "redis-outage": redis_outage.arrange,
    "redis-crash": redis_crash.arrange,
    "database-failure": database_failure.arrange,
    "slow-database": slow_database.arrange,
    "handler-error": handler_error.arrange,
}
"""By ``kind``; a new fault is a model in ``sim.scenario.fault_schema``, a file here and a line here."""


def arrange_faults(world: FaultTarget[Any]) -> None:
    """Arrange all faults of the world's scenario; call it once, before the world runs."""
    for number, fault in enumerate(world.scenario.faults, 1):
        setting = Setting(f"fault:{number}:{fault.kind}", world.injector, world.scenario, world.streams)
        ARRANGE[fault.kind](fault, setting)
