"""When a fault strikes: the listed moments, or random ones drawn from the fault's own stream."""

from sim.scenario.fault_schema import Struck
from sim.scenario.schema import Scenario
from sim.world.streams import Streams


def strike_times(fault: Struck, scenario: Scenario, streams: Streams, name: str) -> list[int]:
    """List the moments at which a fault strikes, ms since the run began, in order.

    Random strikes have exponential gaps with the mean ``mean_every``, from ``start`` until ``until`` or, without it,
    until the last job is offered.
    """
    if fault.mean_every is None:
        return fault.moments
    until_ms = fault.until
    if until_ms is None:
        until_ms = max(entry.last_ms for entry in scenario.workload)
    generator = streams.generator(f"strikes:{name}")
    times: list[int] = []
    moment = float(fault.start)
    while True:
        moment += generator.exponential(fault.mean_every)
        if moment > until_ms:
            return times
        times.append(round(moment))
