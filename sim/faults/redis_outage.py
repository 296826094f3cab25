"""`redis-outage`: Redis cannot be reached for a while; its data stays."""

from sim.faults.setting import Setting
from sim.scenario.fault_schema import RedisOutage


def arrange(fault: RedisOutage, setting: Setting) -> None:
    """Arrange for the outage or outages of one fault."""
    controls = setting.controls
    for t_ms in setting.strike_times(fault):
        controls.at(t_ms, lambda: controls.stop_redis(lost_replies=fault.lost_replies))
        controls.at(t_ms + fault.duration, controls.start_redis)
