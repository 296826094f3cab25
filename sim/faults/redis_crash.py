"""`redis-crash`: Redis dies and is started again, with the data that its persistence policy has kept."""

from sim.faults.schedule import Setting
from sim.scenario.fault_schema import RedisCrash


def arrange(fault: RedisCrash, setting: Setting) -> None:
    """Arrange for the crash or crashes of one fault, and for keeping the data that each goes back to."""
    injector = setting.injector
    for t_ms in setting.fault_times(fault):
        injector.plan_redis_crash(t_ms, fault.cause)
        injector.at(t_ms, lambda: injector.crash_redis(fault.cause))
        injector.at(t_ms + fault.duration, lambda: injector.start_redis(loading_ms=fault.loading))
