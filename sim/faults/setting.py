"""What a fault is handed: the world's controls, and a name of its own to draw random numbers under."""

from typing import Any, NamedTuple

from sim.faults.moments import strike_times
from sim.scenario.fault_schema import Struck
from sim.scenario.schema import Scenario
from sim.world.streams import Streams
from sim.world.verbs import Verbs


class Setting(NamedTuple):
    """Where one fault of a scenario strikes.

    Attributes:
        name: The fault's own, such as ``fault:2:worker-crash``.
    """

    name: str
    controls: Verbs[Any]
    scenario: Scenario
    streams: Streams

    def strike_times(self, fault: Struck) -> list[int]:
        """List the moments at which the fault strikes, ms since the run began."""
        return strike_times(fault, self.scenario, self.streams, self.name)
