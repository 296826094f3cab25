"""`slow-database`: every call takes longer for a while."""

from functools import partial

from sim.faults.setting import Setting
from sim.scenario.fault_schema import SlowDatabase


def arrange(fault: SlowDatabase, setting: Setting) -> None:
    """Arrange for the window or windows of one fault."""
    controls = setting.controls
    for number, t_ms in enumerate(setting.strike_times(fault), 1):
        name = f"{setting.name}.{number}"
        controls.at(t_ms, partial(controls.slow_database, name, fault.latency))
        controls.at(t_ms + fault.duration, partial(controls.restore_database_speed, name))
