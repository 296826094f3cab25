"""When a fault strikes: the listed moments, or random ones drawn from the fault's own stream.

What a fault is handed: the world's controls, and a name of its own to draw random numbers under.
"""

from typing import Any, NamedTuple

from sim.engine.random_streams import Streams
from sim.engine.verbs import FaultInjector
from sim.scenario.fault_schema import ScheduledFault
from sim.scenario.schema import Scenario


def fault_times(fault: ScheduledFault, scenario: Scenario, streams: Streams, name: str) -> list[int]:
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


class Setting(NamedTuple):
    """Where one fault of a scenario strikes.

    Attributes:
        name: The fault's own, such as ``fault:2:worker-crash``.
    """

    name: str
    injector: FaultInjector[Any]
    scenario: Scenario
    streams: Streams

    def fault_times(self, fault: ScheduledFault) -> list[int]:
        """List the moments at which the fault strikes, ms since the run began."""
        return fault_times(fault, self.scenario, self.streams, self.name)
