"""The verbs that break and mend Redis: out of reach, killed, read-only, replaced by a replica."""

from collections.abc import Callable, Mapping
from functools import partial

from sim.core.errors import SimError
from sim.engine.network_faults import NetworkFaults
from sim.engine.redis_server import LOADING
from sim.engine.run_context import RunContext
from sim.engine.system import System
from sim.faults.injector import CRASH, FAILOVER, OUTAGE, READ_ONLY, FaultId
from sim.results.trace import EventKind
from sim.stores.snapshots import Snapshot, restore_point_ms


class RedisFaults(NetworkFaults):
    """Breaks and mends the Redis of a simulated world, and writes into the trace what begins and ends.

    Args:
        run: The surroundings of the system.
        system: What is broken and mended.
    """

    def __init__(self, run: RunContext, system: System) -> None:
        super().__init__(run.recorder, system)
        self._time = run.time
        self._redis = run.scenario.redis
        self._redis_stops = 0
        self._redis_fault: FaultId | None = None
        self._loads = 0
        self._snapshots: dict[int, Snapshot] = {}
        self._refusals = 0
        self._failovers: list[tuple[int, int]] = []
        """When each was, and to which moment's data it went back, ms since the run began."""

    # -- time ---------------------------------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Milliseconds since the run began."""
        return int(self._time.now)

    def at(self, t_ms: int, action: Callable[[], object]) -> None:
        """Schedule an action.

        Args:
            t_ms: Milliseconds since the run began; a past moment means now.
            action: Called at that time, such as ``world.faults.stop_redis``.
        """
        self._time.at(t_ms, action)

    # -- what there is ------------------------------------------------------------------------------------------------

    @property
    def redis_state(self) -> str:
        """``up``, ``hung``, ``loading``, ``down``, or ``read-only`` (up, refusing writes); up where there is none."""
        server = self._system.server
        if server is None:
            return "up"
        return "read-only" if server.state == "up" and server.refuses_writes else server.state

    @property
    def persistence(self) -> str:
        """What Redis keeps, such as ``aof-everysec``."""
        return self._redis.persistence

    # -- out of reach -------------------------------------------------------------------------------------------------

    def stop_redis(self, fault: FaultId = OUTAGE, why: str = "unreachable", *, lost_replies: int = 0) -> None:
        """Make Redis unreachable; it keeps its data. Overlapping faults count as one, of the first one's kind.

        Args:
            fault: Its name in the trace; default: a ``redis-outage``.
            why: What the trace gives as the reason.
            lost_replies: This many submits are executed first, and their replies are lost.
        """
        self._redis_stops += 1
        if self._redis_stops > 1:
            return
        self._loads += 1
        self._redis_fault = fault
        self.fault_began(fault, why=why)
        self._system.stop_redis(lost_replies=lost_replies)

    def start_redis(self, *, loading_ms: int = 0) -> None:
        """Make Redis reachable again; while it loads its data it refuses every command."""
        self._redis_stops = max(0, self._redis_stops - 1)
        if self._redis_stops:
            return
        if loading_ms:
            self._loads += 1
            self._recorder.world(EventKind.REDIS_LOADING, error=LOADING)
            self.at(self.now_ms + loading_ms, partial(self._finish_loading, self._loads))
        else:
            self._redis_is_back()
        self._system.start_redis(loading=loading_ms > 0)

    def _finish_loading(self, load: int) -> None:
        """Answer commands, unless Redis went down while it was loading: then it loads anew when it comes back."""
        if load == self._loads:
            self._redis_is_back()
            self._system.finish_loading()

    def _redis_is_back(self) -> None:
        if self._redis_fault is not None:
            self.fault_ended(self._redis_fault)

    def plan_redis_crash(self, t_ms: int, cause: str) -> None:
        """Keep the data as it will be found after a crash at a moment that is known beforehand."""
        point_ms = restore_point_ms(self._redis, cause, t_ms)
        if point_ms is not None and point_ms != t_ms and self._system.server is not None:
            self.at(point_ms, self.save_restore_point)

    def save_restore_point(self) -> None:
        """Keep a copy of the data as it is now, as the disk would."""
        if self._system.server is not None:
            self._snapshots[self.now_ms] = self._system.server.look()

    @property
    def restore_points(self) -> Mapping[int, Snapshot]:
        """The data that was kept, by moment, ms since the run began."""
        return self._snapshots

    def keep_restore_point(self, t_ms: int, snapshot: Snapshot) -> None:
        """Take from elsewhere what the data was at a moment; what was kept here already stays."""
        self._snapshots.setdefault(t_ms, snapshot)

    def restore_point_ms(self, cause: str) -> int | None:
        """Say which moment's data Redis would have after a crash now, ms since the run began; None for none at all."""
        point_ms = restore_point_ms(self._redis, cause, self.now_ms)
        for failover_ms, replica_ms in reversed(self._failovers):
            if point_ms is not None and point_ms <= failover_ms:
                point_ms = min(point_ms, replica_ms)
        return point_ms

    def missing_restore_point(self, point_ms: int | None) -> int | None:
        """Return the moment that Redis is to go back to if its data was not kept; None where nothing is missing."""
        if self._system.server is None or not point_ms or point_ms == self.now_ms or point_ms in self._snapshots:
            return None
        return point_ms

    def crash_redis(self, fault: FaultId = CRASH, cause: str = "process-kill") -> None:
        """Kill Redis; its persistence and the cause decide which data survives. ``start_redis`` starts it again.

        Args:
            fault: Its name in the trace; default: a ``redis-crash``.
            cause: ``process-kill``, ``power-loss`` or another that a ``redis-crash`` of a scenario may have.

        Raises:
            SimError: The data of the moment it goes back to was not kept; ``plan_redis_crash`` keeps it.
        """
        point_ms = self.restore_point_ms(cause)
        if self._system.server is not None and point_ms != self.now_ms:
            snapshot = self._snapshots.get(point_ms) if point_ms else {}
            if snapshot is None:
                raise SimError("this crash was not planned, and the data that Redis would go back to was not kept")
            self.stop_redis(fault, cause)
            self._system.go_back_to(snapshot)
        else:
            self.stop_redis(fault, cause)
        self._forget_hangs()

    # -- read-only ----------------------------------------------------------------------------------------------------

    def refuse_writes(self, fault: FaultId = READ_ONLY) -> None:
        """Let Redis refuse every write with READONLY; connections stay, and what only reads is answered.

        Args:
            fault: Its name in the trace; default: a ``redis-readonly``.
        """
        self.fault_began(fault)
        self._refuse_writes()

    def accept_writes(self, fault: FaultId = READ_ONLY) -> None:
        """Let it take writes again, once for each time that it was to refuse them."""
        self._refusals = max(0, self._refusals - 1)
        if not self._refusals:
            self._system.accept_writes()
        self.fault_ended(fault)

    def _refuse_writes(self) -> None:
        self._refusals += 1
        self._system.refuse_writes()

    def plan_failover(self, t_ms: int, lag_ms: int) -> None:
        """Keep the data as the replica will have it at a moment that is known beforehand."""
        if 0 < lag_ms < t_ms and self._system.server is not None:
            self.at(t_ms - lag_ms, self.save_restore_point)

    def fail_over(self, fault: FaultId = FAILOVER, *, lag_ms: int = 0) -> None:
        """Let the primary die and its replica answer in its place, which refuses writes until ``promote_replica``.

        Every connection breaks, and whoever connects again reaches the replica, unless an outage goes on.

        Args:
            fault: Its name in the trace; default: a ``redis-failover``.
            lag_ms: By how much the replica is behind: what was written in this time is lost, ms.

        Raises:
            SimError: The data of the moment it goes back to was not kept; ``plan_failover`` keeps it.
        """
        point_ms = max(0, self.now_ms - lag_ms)
        if self.missing_restore_point(point_ms) is not None:
            raise SimError("this failover was not planned, and the data that the replica would have was not kept")
        self.fault_began(fault, lag_ms=lag_ms)
        server = self._system.server
        is_there = not self._redis_stops and server is not None
        was_loading = server is not None and server.state == "loading"
        if is_there:
            self._loads += 1
            self._system.stop_redis()
        self._forget_hangs()
        if point_ms != self.now_ms:
            self._system.go_back_to(self._snapshots.get(point_ms, {}) if point_ms else {})
            self._failovers.append((self.now_ms, point_ms))
        self._refuse_writes()
        if is_there:
            if was_loading:
                self._redis_is_back()
            self._system.start_redis()

    def promote_replica(self, fault: FaultId = FAILOVER) -> None:
        """Let the replica take writes, once for each failover."""
        self.accept_writes(fault)
