"""`redis-crash`: Redis dies and is started again, with the data that its persistence policy has kept."""

from typing import Literal

from sim.faults.base import Timed
from sim.faults.fault_type import FaultType
from sim.faults.schedule import Setting
from sim.yaml_files.fields import Duration, PositiveDuration


class RedisCrash(Timed):
    """The Redis process or its machine dies; what it knew afterwards is up to `redis.persistence`."""

    kind: Literal["redis-crash"]
    duration: PositiveDuration
    """How long until it is started again."""
    cause: Literal["process-kill", "power-loss"] = "process-kill"
    """A killed process keeps what reached the operating system; a power loss keeps what reached the disk."""
    loading: Duration = 0
    """How long it reads its data after the start, refusing every command with LOADING."""


def arrange(fault: RedisCrash, setting: Setting) -> None:
    """Arrange for the crash or crashes of one fault, and for keeping the data that each goes back to."""
    injector = setting.injector
    for t_ms in setting.fault_times(fault):
        injector.plan_redis_crash(t_ms, fault.cause)
        injector.at(t_ms, lambda: injector.crash_redis(fault.cause))
        injector.at(t_ms + fault.duration, lambda: injector.start_redis(loading_ms=fault.loading))


FAULT = FaultType(order=50, model=RedisCrash, arrange=arrange)
