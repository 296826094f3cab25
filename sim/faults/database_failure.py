"""`database-failure`: calls are refused, fail in the middle, or are carried out while the answer gets lost."""

from functools import partial

from sim.faults.schedule import Setting
from sim.scenario.fault_schema import DatabaseFailure


def arrange(fault: DatabaseFailure, setting: Setting) -> None:
    """Arrange for the window or windows of one fault."""
    injector = setting.injector
    for number, t_ms in enumerate(setting.fault_times(fault), 1):
        name = f"{setting.name}.{number}"
        injector.at(t_ms, partial(injector.begin_database_failure, name, fault.failure, fault.share))
        injector.at(t_ms + fault.duration, partial(injector.end_database_failure, name))
