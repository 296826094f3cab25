"""`slow-database`: every call takes longer for a while."""

from functools import partial

from sim.faults.schedule import Setting
from sim.scenario.fault_schema import SlowDatabase


def arrange(fault: SlowDatabase, setting: Setting) -> None:
    """Arrange for the window or windows of one fault."""
    injector = setting.injector
    for number, t_ms in enumerate(setting.fault_times(fault), 1):
        name = f"{setting.name}.{number}"
        injector.at(t_ms, partial(injector.slow_database, name, fault.latency))
        injector.at(t_ms + fault.duration, partial(injector.restore_database_speed, name))
