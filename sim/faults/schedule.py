"""When a fault strikes: the listed moments, or random ones drawn from the fault's own stream.

What a fault is handed: the run's injector, and a name of its own to draw random numbers under.
"""

from typing import Any, NamedTuple

from sim.faults.base import ScheduledFault
from sim.faults.injector import FaultInjector, RandomNumbers


def fault_times(fault: ScheduledFault, last_arrival_ms: int, streams: RandomNumbers, name: str) -> list[int]:
    """List the moments at which a fault strikes, ms since the run began, in order.

    Random strikes have exponential gaps with the mean ``mean_every``, from ``start`` until ``until`` or, without it,
    until the last job is offered.
    """
    if fault.mean_every is None:
        return fault.moments
    until_ms = last_arrival_ms if fault.until is None else fault.until
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
        last_arrival_ms: When the last job is offered, ms since the run began.
    """

    name: str
    injector: FaultInjector[Any]
    streams: RandomNumbers
    last_arrival_ms: int

    def fault_times(self, fault: ScheduledFault) -> list[int]:
        """List the moments at which the fault strikes, ms since the run began."""
        return fault_times(fault, self.last_arrival_ms, self.streams, self.name)
