"""Bull's queues with their Redis, their producer and their worker processes, as one system under test."""

from collections.abc import Callable
from functools import cached_property
from typing import cast

from sim.core.errors import UnknownName
from sim.engine.arrivals import Arrival
from sim.engine.backoff_strategy import backoff_strategy
from sim.engine.blocked_clients import BlockedClients
from sim.engine.clock import EPOCH_MS
from sim.engine.command_count import observed
from sim.engine.connection_limit import ConnectionLimit
from sim.engine.fault_injector import target_processes
from sim.engine.final_state import job_places, read_names, standing_places
from sim.engine.full_redis import BlockedAtALimit, begin_to_count, limited
from sim.engine.instruments import Subscriptions
from sim.engine.iterations import Iterations
from sim.engine.limited_link import LimitedLink
from sim.engine.operator import Operator
from sim.engine.process import Process
from sim.engine.process_starts import worker_starts
from sim.engine.producer import QueueProducer
from sim.engine.promoter import Promoter
from sim.engine.queue_handle import QueueHandle
from sim.engine.queue_parts import QueueParts
from sim.engine.queue_worker import QueueWorker
from sim.engine.readings import QueueReadings
from sim.engine.recorder import Names
from sim.engine.redis_server import RedisServer
from sim.engine.run_context import RunContext
from sim.engine.service_times import service_times
from sim.operator_verbs.registry import OperatorStep
from sim.queue.getters import due_times, has_unfinished_jobs, next_in_each_state
from sim.queue.keys import QueueKeys, keys_of
from sim.queue.limiter import RateLimit
from sim.queue.pause import hands_out_nothing
from sim.queue.stalled import remember_check
from sim.queue.store import Store
from sim.results.facts import Place
from sim.results.samples import Reading
from sim.results.trace import EventKind
from sim.scenario.queues import Limiter
from sim.stores.open_store import StoreName, open_store
from sim.stores.read_only_store import read_only
from sim.stores.snapshots import Snapshot


class QueueSystem:
    """All queues of a scenario.

    Args:
        run: What it shares with everything else of the run.
        store_name: What holds the keys.
        heard: Hears of the commands that producer and workers send; who looks at the keys from outside uses
            ``redis``, of which nobody hears.

    Attributes:
        redis: The keys.
        server: Whether they can be reached.
        queues: By name.
        producer: The application, which submits jobs.
        operator: Who carries out what the scenario's operator does.
        workers: The processes of each queue.
    """

    def __init__(self, run: RunContext, store_name: StoreName, heard: Subscriptions) -> None:
        self._run = run
        opened = open_store(store_name, run.clock)
        self.redis = opened.store
        self.server: RedisServer = RedisServer(run.time, opened.store, run.clock, opened.connect)
        if run.scenario.redis.max_clients is not None:
            self.server.limit = ConnectionLimit(run.scenario.redis.max_clients)
        store = observed(opened.store, heard.command)
        self._unobserved = opened.store
        self._memory = limited(run, store, opened.store)
        if self._memory is not None:
            store = self._unobserved = cast(Store, self._memory)
        self._store = store
        self.workers: dict[str, list[QueueWorker]] = {}
        self._iterations = Iterations(run.scenario, run.streams)
        self.queues = {name: self._queue(name, store) for name in run.scenario.queues}
        self.producer = QueueProducer(run, self.queues, store, self.server)
        self.producer.memory = self._memory
        self.producer.epoch_ms += self._ahead_at_start("application")
        self.producer.start()
        self.operator = Operator(run, self.queues, self._unobserved, self.server)
        self.operator.start()
        for name, parts in self.queues.items():
            starts = worker_starts(name, parts.settings, run.streams)
            self._remember_last_check(parts, min(starts, default=0))
            self.workers[name] = [
                self._worker(parts, number, start_ms, store) for number, start_ms in enumerate(starts, 1)
            ]
            if any(fault.postpones_ms for fault in run.scenario.faults):
                parts.promoter.go_by_own_clocks()
        if self.server.limit is not None:
            self.server.limit.begin(self._links())
        if any(entry.schedules for entry in run.scenario.workload):
            self.wake_everyone()  # nobody was there yet when the first jobs of schedules were delayed
        self._sizes = opened.sizes
        if self._memory is not None:
            begin_to_count(self._memory, [parts.blocked_clients for parts in self.queues.values()])

    def _links(self) -> list[LimitedLink]:
        """List the connections of who is there, those first that came first."""
        workers = [worker for group in self.workers.values() for worker in group if worker.alive]
        everyone = [self.producer, self.operator, *sorted(workers, key=lambda worker: worker.started_ms)]
        return [process.link for process in everyone if isinstance(process.link, LimitedLink)]

    # -- building -------------------------------------------------------------------------------------------------

    def _queue(self, name: str, store: Store) -> QueueParts:
        scenario = self._run.scenario
        config, settings = scenario.queues[name], scenario.workers_of(name)
        keys = keys_of(name)
        blocked_clients = (
            BlockedClients(self._run.time, store, keys, settings.drain_delay)
            if self._memory is None
            else BlockedAtALimit(self._run.time, store, keys, settings.drain_delay, self._memory)
        )
        promoter = Promoter(
            self._run,
            store,
            keys,
            serve=blocked_clients.serve,
            workers=lambda: self.workers.get(name, ()),
            guard_ms=settings.guard_interval,
        )
        limit = None if config.limiter is None else _rate_limit(config.limiter)
        times = service_times(name, config, self._run.streams)
        dead = keys.dead_letters() if config.dead_letter else None
        strategy = backoff_strategy(scenario, name, self._run.semantics, self._run.streams)
        parts = (blocked_clients, promoter, limit, times, self._iterations, dead, strategy, config.job)
        return QueueParts(name, keys, config, settings, *parts)

    def _remember_last_check(self, parts: QueueParts, started_ms: int) -> None:
        """Leave what the first of the processes left at its start, if that was before the run."""
        if started_ms < 0 and parts.settings.stalled_interval:
            now_ms = self._run.clock.now_ms
            remember_check(
                self.redis,
                parts.keys,
                checked_ms=now_ms + started_ms,
                now_ms=now_ms,
                interval_ms=parts.settings.stalled_interval,
            )

    def _worker(self, parts: QueueParts, number: int, start_ms: int, store: Store) -> QueueWorker:
        worker = QueueWorker(self._run, f"{parts.name}-{number}", parts, store, self.server)
        worker.epoch_ms += self._ahead_at_start("workers", parts.name, worker.name)
        if start_ms > 0:
            self._run.time.at(start_ms, worker.start)
        else:
            worker.start(age_ms=-start_ms)
        return worker

    def _ahead_at_start(self, *names: str) -> int:
        """Return by how much the clock of a process is wrong when the run begins; ``names`` are its targets."""
        ahead_ms = 0
        for fault in self._run.scenario.faults:
            if fault.ahead_at_start_ms and getattr(fault, "target", None) in names:
                ahead_ms += fault.ahead_at_start_ms
        return ahead_ms

    # -- jobs -----------------------------------------------------------------------------------------------------

    @property
    def submit(self) -> Callable[[Arrival], None]:
        """Lets the application submit a job."""
        return self.producer.submit

    def is_settled(self) -> bool:
        """Tell whether nothing is left to happen to any job."""
        if self.server.state != "up" or self.server.refuses_writes or self.producer.is_holding or self.operator.waiting:
            return False
        for workers in self.workers.values():
            for worker in workers:
                if worker.running or worker.unheard or worker.frozen:
                    return False
        return not any(has_unfinished_jobs(self.redis, parts.keys) for parts in self.queues.values())

    def places(self, names: Names) -> dict[str, Place]:
        """Say where each job stands that a queue holds, or that the application has not got rid of."""
        places = dict.fromkeys(self.producer.holds, Place.SUBMITTING)
        return places | self.server.operate(lambda: standing_places(self.redis, self._keys, names))

    def due_times(self, queue: str) -> list[int]:
        """List when the delayed jobs of a queue become due, ms since the run began."""
        keys = self.queues[queue].keys
        return [due_ms - EPOCH_MS for due_ms in self.server.operate(lambda: due_times(self.redis, keys))]

    def held_up(self, queue: str) -> str:
        """Say why the jobs of a queue do not go on; empty where they do."""
        if not any(worker.alive and not worker.frozen for worker in self.workers[queue]):
            return "no workers"
        if any(worker.hung for worker in self.workers[queue]):
            return "hung"
        keys = self.queues[queue].keys
        return "paused" if self.server.operate(lambda: hands_out_nothing(self.redis, keys)) else ""

    # -- for who looks --------------------------------------------------------------------------------------------

    @property
    def _keys(self) -> list[QueueKeys]:
        return [parts.keys for parts in self.queues.values()]

    def reading(self) -> Reading:
        """Read what a monitoring system would."""
        return self._readings.read()

    @cached_property
    def _readings(self) -> QueueReadings:
        everyone = [worker for workers in self.workers.values() for worker in workers]
        return QueueReadings(self._sizes, self.server, self.queues.values(), everyone)

    def fingerprint(self) -> tuple[object, ...]:
        """Say which jobs are where, as far as that is quickly said."""
        return tuple(self.server.operate(lambda: [next_in_each_state(self.redis, keys) for keys in self._keys]))

    def notice_changes(self) -> None:
        """Let workers have what somebody put in line by hand."""
        if self.server.state == "up":
            self.wake_everyone()

    def wake_everyone(self) -> None:
        """Look for due and waiting jobs in every queue, after Redis came back or keys were changed by hand."""
        if self._memory is not None:
            self._memory.recount()
        for parts in self.queues.values():
            parts.promoter.wake()
            if self.server.state == "up":
                parts.blocked_clients.serve()

    def queue(self, name: str) -> QueueHandle:
        """Return a queue to look at and to operate.

        Raises:
            UnknownName: The scenario has no such queue.
        """
        if name not in self.queues:
            raise UnknownName("queue", name, list(self.queues))
        return QueueHandle(self._unobserved, self.queues[name], self._run.clock, self._run.recorder)

    # -- for faults and operators ---------------------------------------------------------------------------------

    def processes(self, target: str) -> list[Process]:
        """List the processes that a target names: the application, or as ``target_processes`` does.

        Raises:
            UnknownName: Nothing is called so.
        """
        return [self.producer] if target == "application" else [*target_processes(target, self.workers)]

    def stop_redis(self, *, lost_replies: int = 0) -> None:
        """Make Redis unreachable; so many submits are carried out first, and their answers get lost."""
        if lost_replies:
            self.producer.lose_replies(lost_replies)
        self.server.go_away()
        for parts in self.queues.values():
            parts.blocked_clients.break_connections()

    def clients(self) -> list[Process]:
        """List all processes that have a connection to Redis."""
        return [self.producer, self.operator, *(worker for workers in self.workers.values() for worker in workers)]

    def start_redis(self, *, loading: bool = False) -> None:
        """Make Redis reachable again; while it loads its data it refuses every command."""
        self.server.listen(loading=loading)
        if not loading:
            self.wake_everyone()

    def finish_loading(self) -> None:
        """Let Redis answer commands, if it is loading."""
        if self.server.state == "loading":
            self.server.finish_loading()
            self.wake_everyone()

    def refuse_writes(self) -> None:
        """Let Redis answer and change nothing, as a replica does; who is blocked on it hears so at once."""
        self.server.refuses_writes = True
        self.server.operate(lambda: self._use(read_only(self._store), read_only(self._unobserved)))
        for parts in self.queues.values():
            parts.blocked_clients.break_connections()

    def accept_writes(self) -> None:
        """Let Redis change keys again; nobody is told, and everyone finds out at the next try."""
        self.server.refuses_writes = False
        self.server.operate(lambda: self._use(self._store, self._unobserved))

    def _use(self, store: Store, unobserved: Store) -> None:
        """Let everyone send commands there."""
        self.producer.use(store)
        self.operator.use(unobserved)
        for parts in self.queues.values():
            parts.blocked_clients.store = store
            parts.promoter.store = store
        for workers in self.workers.values():
            for worker in workers:
                worker.use(store)

    def go_back_to(self, snapshot: Snapshot) -> None:
        """Give Redis older data, and write down which jobs it has forgotten or holds in an older place."""
        recorder = self._run.recorder
        before = self._job_places()
        home = {keys.dead_letters().name: keys.name for keys in self._keys}
        queue_of = {name: home.get(queue, queue) for queue, _job_id, name in recorder.ids()}
        self.server.replace_data(snapshot)
        if self._memory is not None:
            self.server.operate(self._memory.recount)
        if self._has_own_ids:
            self.server.operate(lambda: read_names(self.redis, self._keys, recorder))
        after = self._job_places()
        for name, place in before.items():
            now = after.get(name, Place.NOWHERE)
            if now is place:
                continue
            if now is Place.NOWHERE:
                recorder.job(queue_of[name], name, EventKind.DATA_LOST, None, {"place": place.value})
            else:
                recorder.job(queue_of[name], name, EventKind.RESTORED, None, {"place": now.value})

    @property
    def _has_own_ids(self) -> bool:
        """Whether an id may have stood for another job when the snapshot was made."""
        return any(entry.job_id is not None for entry in self._run.scenario.workload)

    def _job_places(self) -> dict[str, Place]:
        return self.server.operate(lambda: job_places(self.redis, self._keys, self._run.recorder))

    def operate(self, step: OperatorStep) -> None:
        """Let the operator do something to a queue."""
        self.operator.operate(step)

    # -- the end --------------------------------------------------------------------------------------------------

    def let_go(self) -> None:
        """Let go of all processes, and of everything else."""
        for process in self.clients():
            process.let_go()
        for parts in self.queues.values():
            parts.promoter.let_go()
        vars(self.server).clear()
        vars(self).clear()


def _rate_limit(limiter: Limiter) -> RateLimit:
    by_group = limiter.group_key is not None
    return RateLimit(limiter.max, limiter.duration, by_group, limiter.bounce_back)
