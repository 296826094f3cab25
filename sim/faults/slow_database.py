"""`slow-database`: every call takes longer for a while."""

from functools import partial
from typing import Literal

from sim.faults.base import Timed
from sim.faults.fault_type import FaultType
from sim.faults.schedule import Setting
from sim.yaml_files.fields import PositiveDuration


class SlowDatabase(Timed):
    """Every call to the application's database takes longer."""

    kind: Literal["slow-database"]
    duration: PositiveDuration
    latency: PositiveDuration
    """Added to every call."""


def arrange(fault: SlowDatabase, setting: Setting) -> None:
    """Arrange for the window or windows of one fault."""
    injector = setting.injector
    for number, t_ms in enumerate(setting.fault_times(fault), 1):
        name = f"{setting.name}.{number}"
        injector.at(t_ms, partial(injector.slow_database, name, fault.latency))
        injector.at(t_ms + fault.duration, partial(injector.restore_database_speed, name))


FAULT = FaultType(order=70, model=SlowDatabase, arrange=arrange)
