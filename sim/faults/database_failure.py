"""`database-failure`: calls are refused, fail in the middle, or are carried out while the answer gets lost."""

from functools import partial
from typing import Literal

from sim.faults.base import Timed
from sim.faults.fault_type import FaultType
from sim.faults.schedule import Setting
from sim.yaml_files.fields import PositiveDuration, Share


class DatabaseFailure(Timed):
    """The application's database fails."""

    kind: Literal["database-failure"]
    duration: PositiveDuration
    failure: Literal["refuse", "abort", "lost-reply"] = "refuse"
    """`refuse`: no connection; `abort`: fails in the middle, all undone; `lost-reply`: committed, answer lost."""
    share: Share = 1
    """Share of the calls that fail."""


def arrange(fault: DatabaseFailure, setting: Setting) -> None:
    """Arrange for the window or windows of one fault."""
    injector = setting.injector
    for number, t_ms in enumerate(setting.fault_times(fault), 1):
        name = f"{setting.name}.{number}"
        injector.at(t_ms, partial(injector.begin_database_failure, name, fault.failure, fault.share))
        injector.at(t_ms + fault.duration, partial(injector.end_database_failure, name))


FAULT = FaultType(order=60, model=DatabaseFailure, arrange=arrange)
