"""`redis-crash`: Redis dies and is started again, with the data that its persistence policy has kept."""

from sim.faults.setting import Setting
from sim.scenario.fault_schema import RedisCrash


def arrange(fault: RedisCrash, setting: Setting) -> None:
    """Arrange for the crash or crashes of one fault, and for keeping the data that each goes back to."""
    controls = setting.controls
    for t_ms in setting.strike_times(fault):
        controls.plan_redis_crash(t_ms, fault.cause)
        controls.at(t_ms, lambda: controls.crash_redis(fault.cause))
        controls.at(t_ms + fault.duration, lambda: controls.start_redis(loading_ms=fault.loading))
