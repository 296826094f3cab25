"""`database-failure`: calls are refused, fail in the middle, or are carried out while the answer gets lost."""

from functools import partial

from sim.faults.setting import Setting
from sim.scenario.fault_schema import DatabaseFailure


def arrange(fault: DatabaseFailure, setting: Setting) -> None:
    """Arrange for the window or windows of one fault."""
    controls = setting.controls
    for number, t_ms in enumerate(setting.strike_times(fault), 1):
        name = f"{setting.name}.{number}"
        controls.at(t_ms, partial(controls.begin_database_failure, name, fault.failure, fault.share))
        controls.at(t_ms + fault.duration, partial(controls.end_database_failure, name))
