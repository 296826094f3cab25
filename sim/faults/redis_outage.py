"""`redis-outage`: Redis cannot be reached for a while; its data stays."""

from typing import Annotated, Literal

from pydantic import Field

from sim.faults.base import Timed
from sim.faults.fault_type import FaultType
from sim.faults.schedule import Setting
from sim.yaml_files.fields import PositiveDuration


class RedisOutage(Timed):
    """Redis cannot be reached; its data stays."""

    kind: Literal["redis-outage"]
    duration: PositiveDuration
    lost_replies: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Submits under way when it goes: Redis has carried them out, and the answer never arrives."""


def arrange(fault: RedisOutage, setting: Setting) -> None:
    """Arrange for the outage or outages of one fault."""
    injector = setting.injector
    for t_ms in setting.fault_times(fault):
        injector.at(t_ms, lambda: injector.stop_redis(lost_replies=fault.lost_replies))
        injector.at(t_ms + fault.duration, injector.start_redis)


FAULT = FaultType(order=40, model=RedisOutage, arrange=arrange)
