"""The application as a producer of jobs, with the Redis client that it submits through."""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from redis.exceptions import ResponseError

from sim.core.once_each import once_each
from sim.engine.arrivals import Arrival
from sim.engine.client_process import ClientProcess
from sim.engine.clock import SimulatedTime
from sim.engine.job_naming import JobNaming
from sim.engine.payload import fill_up
from sim.engine.process import Steps
from sim.engine.promises import Promises
from sim.engine.queue_parts import QueueParts
from sim.engine.recorder import Recorder
from sim.engine.redis_server import LOADING, REFUSED, CommandFailed, RedisServer
from sim.engine.run_context import RunContext
from sim.engine.schedules import note_planned, register
from sim.engine.system import System
from sim.engine.wire import Command
from sim.queue.job import JobOptions, Keep, Retention
from sim.queue.store import Store, native_form
from sim.queue.submit import add_job
from sim.queue.timeout import timeout_of
from sim.results.trace import EventKind
from sim.scenario import queues as schema
from sim.scenario.retry_waits import as_stored
from sim.scenario.schema import Scenario
from sim.stores.metered_store import MeteredStore

CONNECTION_LOST = "Connection lost before the reply arrived"
DOWN = f"{REFUSED}: the application is down"


class Submit(NamedTuple):
    """A call of ``add``.

    Attributes:
        made_ms: When it was made, epoch ms: the job's time stamp, and what its delay counts from.
    """

    arrival: Arrival
    made_ms: int


class QueueProducer(ClientProcess):
    """Submits jobs to Bull's queues.

    While Redis is down it does what its semantics say: fail at once, or keep the submit in the client's offline queue
    until the connection is back or the client gives up. While it is frozen itself, what is asked of it waits
    outside, and is submitted when it goes on.

    Source: reliability-model.md, Redis Failure; BULL_FACTS 8, 17.

    Attributes:
        memory: Redis' limit of memory, which hears how long a submit's data is; None where there is none.
    """

    def __init__(self, run: RunContext, queues: dict[str, QueueParts], store: Store, server: RedisServer) -> None:
        super().__init__(run, "application", server)
        self.queues = queues
        self.connections = len(queues)
        self.memory: MeteredStore | None = None
        self.database = run.database
        self.use(store)
        self._waiting: list[Submit] = []
        self._sent: list[Submit] = []
        """Those that are on their way, or whose answers are."""
        self._asked: list[Arrival] = []
        self._lose_replies = 0
        self._options = job_options(run.scenario)
        self._naming = JobNaming(run.streams)
        self._scheduled = [entry for entry in run.scenario.workload if entry.schedules]
        self._registering = False

    def use(self, store: Store) -> None:
        """Send commands there from now on."""
        self.store = store
        self._add_job = native_form(store, add_job)

    def start(self) -> None:
        """Start as a new process; what waited in the memory of the one before is gone."""
        super().start()
        self._waiting.clear()
        self._registering = False
        self._sent.clear()
        self.recorder.world(EventKind.WORKER_STARTED, self.name, generation=self.generation)
        if self._scheduled:
            self._begin_schedules()

    def die(self) -> None:
        """Die at once, with everything in its offline queue; who waited for it to go on hears that it is down."""
        self._waiting.clear()
        self._sent.clear()
        asked, self._asked = self._asked, []
        for arrival in asked:
            self._reject(arrival, DOWN)
        super().die()

    def _goes_on(self) -> None:
        """Submit what was asked meanwhile, after what waits for the connection."""
        super()._goes_on()
        asked, self._asked = self._asked, []
        for arrival in asked:
            self.submit(arrival)

    def _begin_schedules(self) -> None:
        """Register the schedules: at once, or when Redis can be reached."""
        if self.link.is_open:
            self._register(self.made_ms)
        elif not self.link.is_connected and (self.link.is_up or self.semantics.submit_while_away == "fails"):
            self._note_unregistered(LOADING if self.link.is_up else REFUSED)
        else:
            self._registering = True
            self.spawn(self._register_later(self.made_ms))

    def _register_later(self, made_ms: int) -> Steps:
        try:
            yield from self.ask(partial(self._register, made_ms))
        except CommandFailed as error:
            self._note_unregistered(str(error))
        finally:
            self._registering = False

    def _register(self, made_ms: int) -> None:
        for entry in self._scheduled:
            parts, options = self.queues[entry.queue], self._options[id(entry)]
            try:
                planned = register(
                    self.store, parts, entry, options, self._naming, starts=self.generation, now_ms=made_ms
                )
            except ResponseError as error:  # somebody put something else under one of the keys
                self._note_unregistered(str(error))
                continue
            note_planned(self.recorder, parts, planned, now_ms=made_ms, waited=self.made_ms > made_ms)

    def _note_unregistered(self, error: str) -> None:
        self.recorder.world(EventKind.WORKER_ERROR, self.name, error=f"a schedule was not registered: {error}")

    @property
    def is_holding(self) -> bool:
        """Whether any submit waits, in the offline queue or for the process to go on."""
        return bool(self._waiting or self._sent or self._asked or self._registering)

    @property
    def holds(self) -> list[str]:
        """Jobs whose submit waits in the offline queue or for an answer, or for the process to go on."""
        submits = [submit.arrival.name for submit in (*self._waiting, *self._sent)]
        return submits + [arrival.name for arrival in self._asked]

    def lose_replies(self, count: int) -> None:
        """Let the next submits be carried out although the connection is breaking, and their answers get lost."""
        self._lose_replies = count

    def submit(self, arrival: Arrival) -> None:
        """Submit a job, or fail to."""
        if not self.alive:
            self._reject(arrival, DOWN)
            return
        if self.frozen:
            self._asked.append(arrival)
            return
        made_ms = self.epoch_ms + self.env.now
        if self._lose_replies:
            self._lose_replies -= 1
            self.server.operate(lambda: self._add(arrival, made_ms, is_heard=False))
            if self.semantics.submit_while_away == "waits":
                self._wait(Submit(arrival, made_ms))
            else:
                self._reject(arrival, CONNECTION_LOST)
        elif self.link.is_open:
            self._add(arrival, made_ms)
        elif self.link.is_connected:
            if self.server.state == "hung":
                self.recorder.job(arrival.queue, arrival.name, EventKind.SUBMIT_WAITING, "producer")
            self._send(Submit(arrival, made_ms))
        elif self.link.is_up:
            self._reject(arrival, LOADING)
        elif self.semantics.submit_while_away == "fails":
            self._reject(arrival, REFUSED)
        else:
            self._wait(Submit(arrival, made_ms))

    def _send(self, submit: Submit) -> None:
        """Send a submit that is not answered at once."""
        command = Command("add", partial(self._added, submit), partial(self._note_unheard, submit.arrival), self.env)
        self._sent.append(submit)
        self.spawn(self._until_answered(submit, command))
        self.link.wire.send(command)

    def _added(self, submit: Submit) -> bool:
        self._add(*submit)
        return True

    def _note_unheard(self, arrival: Arrival, _added: bool) -> None:
        self.recorder.job(arrival.queue, arrival.name, EventKind.REPLY_LOST, "producer", {"command": "add"})

    def _until_answered(self, submit: Submit, command: Command) -> Steps:
        """Wait for the answer; where the connection breaks, the client sends again, or the caller hears of it."""
        yield command.answered
        yield from self.until_thawed()
        self._sent.remove(submit)
        if not command.is_lost:
            return
        if self.semantics.submit_while_away == "fails":
            self._reject(submit.arrival, CONNECTION_LOST)
        elif self.link.is_up:
            self._send_again(submit)
        else:
            self._wait(submit)

    def _wait(self, submit: Submit) -> None:
        self.recorder.job(submit.arrival.queue, submit.arrival.name, EventKind.SUBMIT_WAITING, "producer")
        self._waiting.append(submit)
        if len(self._waiting) == 1:
            self.spawn(self._give_up_when_out_of_tries())

    def _give_up_when_out_of_tries(self) -> Steps:
        try:
            while self._waiting:
                yield from self.link.wait()
                if self.link.is_up:
                    return
        except CommandFailed as error:
            yield from self.until_thawed()
            submits, self._waiting = self._waiting, []
            for submit in submits:
                self._reject(submit.arrival, str(error))

    def _came_back(self) -> None:
        """Send what the offline queue holds, in order, now that the connection is back."""
        submits, self._waiting = self._waiting, []
        for submit in submits:
            self._send_again(submit)

    def _send_again(self, submit: Submit) -> None:
        if self.server.state == "loading":
            self._reject(submit.arrival, LOADING)
        elif self.link.is_open:
            self._add(*submit)
        else:
            self._send(submit)

    def _reject(self, arrival: Arrival, error: str) -> None:
        self.recorder.job(arrival.queue, arrival.name, EventKind.REJECTED, "producer", {"error": error})

    def _add(self, arrival: Arrival, made_ms: int, *, is_heard: bool = True) -> None:
        """Add a job to its queue, inside the transaction that makes its row if that commits later.

        Args:
            is_heard: Whether the application hears that it is added: else the transaction does not go on to its commit.
        """
        queue = self.queues[arrival.queue]
        data = queue.job.sample_data(arrival.number, valid=arrival.valid)
        data["job"] = arrival.name
        options = self._options[id(arrival.workload)]
        if arrival.job_id is not None or (queue.limit is not None and queue.limit.by_group):
            options = self._naming.with_id(options, arrival, queue.config, data)
        if arrival.workload.size is not None:
            fill_up(data, arrival.workload.size)
            if self.memory is not None:
                self.memory.expect(arrival.workload.size)
        try:
            added = self._add_job(self.store, queue.keys, data, options, now_ms=made_ms)
        except ResponseError as error:  # somebody put something else under one of the keys
            self._reject(arrival, str(error))
            return
        if arrival.workload.commits_after:
            self.database.await_commit(arrival.name)
            if is_heard:
                self.spawn(self._commit(arrival))
        if added.duplicate:
            self.recorder.ignored(arrival.queue, arrival.name, added.job_id)
            return
        queue.service_ms.remember(arrival.name, arrival.service_ms, arrival.workload)
        self.recorder.enqueued(arrival.queue, arrival.name, added.job_id, arrival.workload.delay)
        if arrival.workload.delay:
            queue.promoter.hear(waited=self.made_ms > made_ms, due_ms=made_ms + arrival.workload.delay)
        else:
            queue.blocked_clients.serve()

    def _commit(self, arrival: Arrival) -> Steps:
        """Commit the transaction that makes a job's row, in its time; it dies with the process."""
        yield self.env.timeout(arrival.workload.commits_after)
        yield from self.until_thawed()
        self.database.commit(arrival.name)
        self.recorder.job(arrival.queue, arrival.name, EventKind.COMMITTED, "producer")


@once_each
def job_options(scenario: Scenario) -> dict[int, JobOptions]:
    """Say with which options the application submits the jobs of each entry of the workload, by the entry's identity.

    Options keep the texts that they are written as, so runs of one scenario share them.
    """
    found: dict[int, JobOptions] = {}
    for entry in scenario.workload:
        config = scenario.queues[entry.queue]
        found[id(entry)] = JobOptions(
            attempts=config.attempts,
            backoff=as_stored(config.backoff),
            delay_ms=entry.delay,
            priority=entry.priority,
            lifo=entry.lifo,
            remove_on_complete=retention(config.remove_on_complete),
            remove_on_fail=retention(config.remove_on_fail),
            timeout=timeout_of(config.timeout),
        )
    return found


def retention(keep: "bool | int | schema.Retention") -> Retention:
    """Turn a scenario's retention into the queue's; ages become seconds there, as Bull wants them."""
    if isinstance(keep, schema.Retention):
        age_s = None if keep.age is None else keep.age // 1000 if keep.age % 1000 == 0 else keep.age / 1000
        return Keep(keep.count, age_s)
    return keep


def arrive_all(
    env: SimulatedTime, arrivals: Iterator[Arrival], recorder: Recorder, system: System, promises: Promises
) -> Steps:
    """Offer every job at its time (a SimPy process)."""
    offered, submit = recorder.offered, system.submit
    for arrival in arrivals:
        wait_ms = arrival.at_ms - env.now
        if wait_ms > 0:
            yield env.timeout(wait_ms)
        offered(arrival.queue, arrival.name, promises.get(id(arrival.workload)) if promises else None)
        submit(arrival)
