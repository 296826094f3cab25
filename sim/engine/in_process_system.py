"""The application alone, which runs each job inside the request that wants it done."""

from collections.abc import Callable

from sim.engine.application import InProcessApplication
from sim.engine.arrivals import Arrival
from sim.engine.process import Process
from sim.engine.readings import state_of
from sim.engine.recorder import Names
from sim.engine.run_context import RunContext
from sim.metrics.catalogue import STORED
from sim.operator_verbs.registry import OperatorStep
from sim.results.facts import Place
from sim.results.samples import Reading
from sim.stores.snapshots import Snapshot


class InProcessSystem:
    """One process without a queue: every target names it, and neither Redis nor an operator can change anything."""

    server = None

    def __init__(self, run: RunContext) -> None:
        self.application = InProcessApplication(run)
        self._queues = list(run.scenario.queues)
        self.application.start()

    @property
    def submit(self) -> Callable[[Arrival], None]:
        """Runs a job, or refuses it while the process is down."""
        return self.application.submit

    def is_settled(self) -> bool:
        """Tell whether the application holds no job, and no handler goes on that has timed out, nor any schedule."""
        app = self.application
        return not (app.holds or app.unheard or app.timers)

    def places(self, names: Names) -> dict[str, Place]:
        """Say which jobs the application holds in its memory; of all others it knows nothing."""
        return dict.fromkeys(self.application.holds, Place.SUBMITTING)

    def due_times(self, queue: str) -> list[int]:
        """List nothing: no job is delayed."""
        return []

    def held_up(self, queue: str) -> str:
        """Say whether handlers hang for ever; nothing else keeps jobs, which wait for no worker."""
        return "hung" if self.application.hung else ""

    def reading(self) -> Reading:
        """Count what the application holds; there are no other states than waiting and active."""
        counts = tuple([(*self.application.holds_of(queue), *_NO_OTHERS) for queue in self._queues])
        return Reading(True, counts, (state_of(self.application, connected=True),))

    def fingerprint(self) -> tuple[object, ...]:
        """Say nothing: there are no keys."""
        return ()

    def notice_changes(self) -> None:
        """Do nothing: there are no keys."""

    def processes(self, target: str) -> list[Process]:
        """List the application, whatever the target is."""
        return [self.application]

    def stop_redis(self, *, lost_replies: int = 0) -> None:
        """Do nothing: the application does not need Redis."""

    def clients(self) -> list[Process]:
        """List nobody."""
        return []

    def start_redis(self, *, loading: bool = False) -> None:
        """Do nothing."""

    def finish_loading(self) -> None:
        """Do nothing."""

    def refuse_writes(self) -> None:
        """Do nothing."""

    def accept_writes(self) -> None:
        """Do nothing."""

    def go_back_to(self, snapshot: Snapshot) -> None:
        """Do nothing: it keeps no record of a job."""

    def operate(self, step: OperatorStep) -> None:
        """Do nothing: there is no queue to operate."""

    def let_go(self) -> None:
        """Let go of the application."""
        self.application.let_go()


_NO_OTHERS = (0,) * (len(STORED) - 2)
