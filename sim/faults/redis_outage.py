"""`redis-outage`: Redis cannot be reached for a while; its data stays."""

from sim.faults.schedule import Setting
from sim.scenario.fault_schema import RedisOutage


def arrange(fault: RedisOutage, setting: Setting) -> None:
    """Arrange for the outage or outages of one fault."""
    injector = setting.injector
    for t_ms in setting.fault_times(fault):
        injector.at(t_ms, lambda: injector.stop_redis(lost_replies=fault.lost_replies))
        injector.at(t_ms + fault.duration, injector.start_redis)
