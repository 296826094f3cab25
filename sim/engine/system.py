"""A system under test: what takes the jobs of a run, and can be broken."""

from collections.abc import Callable
from typing import Protocol

from sim.engine.arrivals import Arrival
from sim.engine.process import Process
from sim.engine.recorder import Names
from sim.engine.redis_server import RedisServer
from sim.operator_verbs.registry import OperatorStep
from sim.results.facts import Place
from sim.results.samples import Reading
from sim.stores.snapshots import Snapshot


class System(Protocol):
    """Job queue and worker processes, or the application alone; complete when it is constructed."""

    @property
    def server(self) -> RedisServer | None:
        """Its Redis; None for a system that has none."""

    # -- jobs -----------------------------------------------------------------------------------------------------

    @property
    def submit(self) -> Callable[[Arrival], None]:
        """Takes a job, or refuses it."""

    def is_settled(self) -> bool:
        """Tell whether nothing is left to happen to any job."""

    def places(self, names: Names) -> dict[str, Place]:
        """Say where each job stands that the system holds, by the offer's name."""

    def due_times(self, queue: str) -> list[int]:
        """List when the delayed jobs of a queue become due, ms since the run began."""

    def held_up(self, queue: str) -> str:
        """Say why nobody takes the jobs of a queue: ``paused`` or ``no workers``; empty where somebody does."""

    # -- for who looks ----------------------------------------------------------------------------------------------

    def reading(self) -> Reading:
        """Read what a monitoring system would."""

    def fingerprint(self) -> tuple[object, ...]:
        """Say what a hand that changes keys would change; two looks differ if somebody did."""

    def notice_changes(self) -> None:
        """Let whoever waits for a job have what somebody put in line by hand."""

    # -- for faults and operators -------------------------------------------------------------------------------------

    def processes(self, target: str) -> list[Process]:
        """List the processes that a target names.

        Raises:
            UnknownName: Nothing is called so.
        """

    def stop_redis(self, *, lost_replies: int = 0) -> None:
        """Make Redis unreachable; so many submits are carried out first, and their answers get lost."""

    def clients(self) -> list[Process]:
        """List all processes that have a connection to Redis."""

    def start_redis(self, *, loading: bool = False) -> None:
        """Make Redis reachable again; while it loads its data it refuses every command."""

    def finish_loading(self) -> None:
        """Let Redis answer commands, if it is loading."""

    def refuse_writes(self) -> None:
        """Let Redis answer and change nothing, as a replica does; who is blocked on it hears so at once."""

    def accept_writes(self) -> None:
        """Let Redis change keys again."""

    def go_back_to(self, snapshot: Snapshot) -> None:
        """Give Redis older data, and write down which jobs that loses or puts into an older place."""

    def operate(self, step: OperatorStep) -> None:
        """Let the operator do something to a queue."""

    # -- the end ------------------------------------------------------------------------------------------------------

    def let_go(self) -> None:
        """Let go of all processes; nothing can be asked of it afterwards."""
