"""One run in one mode, put together from a scenario and a seed."""

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

from sim.core.durations import parse_duration
from sim.core.errors import BudgetExceeded, SimError, UnknownName
from sim.core.replay import replayable
from sim.engine.application import InProcessApplication
from sim.engine.arrivals import draw_arrivals
from sim.engine.attempt import AttemptRunner
from sim.engine.clock import SimulatedClock, SimulatedTime, WatchedTime
from sim.engine.command_count import CommandCount
from sim.engine.database import DatabaseAccess
from sim.engine.error_log import ErrorLog
from sim.engine.fault_injector import SimulatedFaultInjector, target_processes
from sim.engine.final_state import job_places, standing_places, where_jobs_stand
from sim.engine.operator import Operator
from sim.engine.process import Process, Steps
from sim.engine.producer import QueueProducer, arrive_all
from sim.engine.queue_handle import QueueHandle
from sim.engine.queue_parts import QueueParts
from sim.engine.queue_system import build_queue_mode
from sim.engine.random_streams import Streams
from sim.engine.recorder import Names, ReadOnlyNames, Recorder
from sim.engine.redis_server import RedisServer
from sim.engine.run_end import run_end
from sim.engine.sampler import Sampler
from sim.handlers.database import ApplicationDatabase
from sim.queue.keys import QueueKeys
from sim.queue.semantics import PROFILES
from sim.queue.store import Store
from sim.results.facts import EndedBy, RunEnd
from sim.results.metrics import Metrics
from sim.results.outcomes import FinalState, JobOutcome, Outcome, Place, classify_outcomes
from sim.results.trace import EventKind, Trace
from sim.scenario.limits import horizon_ms
from sim.scenario.schema import Scenario
from sim.stores.open_store import StoreName
from sim.stores.snapshots import Snapshot
from sim.yaml_files.fields import ModeName, SemanticsName

SETTLE_EVERY_MS = 1_000
MAX_STEPS = 200_000_000


class Simulation:
    """A world that runs by steps of simulated time.

    Attributes:
        redis: The queue's store in queue mode, to look at every key or change it; None in in-process mode.
        controls: The verbs that break and mend this world.
        commands: What the queue asked of Redis so far; None unless asked for.
        metrics: What an operator sees; it grows while the world runs.
        errors: The error log; off unless asked for.
    """

    def __init__(
        self,
        scenario: Scenario,
        mode: ModeName = "queue",
        *,
        seed: int | None = None,
        semantics: SemanticsName | None = None,
        store: StoreName = "fakeredis",
        max_steps: int = MAX_STEPS,
        streams: Streams | None = None,
        trace: bool = True,
        sample_every_ms: int | None = None,
        error_log: bool = False,
        error_log_omit: Sequence[str] = (),
        count_commands: bool = False,
    ) -> None:
        self.scenario = scenario
        self.store_name = store
        self.mode: ModeName = mode
        self.seed = scenario.seed if seed is None else seed
        self.semantics = PROFILES[semantics or scenario.profiles[0]]
        self.env = SimulatedTime() if sample_every_ms is None else WatchedTime()
        self.clock = SimulatedClock(self.env)
        self.trace = Trace(mode, kept=trace)
        self.recorder = Recorder(self.env, self.trace)
        self.errors = ErrorLog(self.env, mode, kept=error_log, omit=error_log_omit)
        self.streams = Streams(self.seed) if streams is None else streams
        self.database = DatabaseAccess(
            ApplicationDatabase(scenario.database.stock), scenario.database.latency, self.streams
        )
        self.injector = SimulatedFaultInjector(self)
        self.runner = AttemptRunner(self.env, self.recorder, self.database, self.injector)
        self.redis: Store | None = None
        self.commands: CommandCount | None = None
        self.sizes: Store | None = None
        self.server: RedisServer | None = None
        self.producer: QueueProducer | None = None
        self.operator: Operator | None = None
        self.application: InProcessApplication | None = None
        self.queues: dict[str, QueueParts] = {}
        self.workers: dict[str, list[Process]] = {}
        self._steps_left = max_steps
        self._max_steps = max_steps
        self._finished: list[JobOutcome] | None = None
        self._settled = False
        self._gave_up = False
        self._hands_off_ms: float = 0
        self._left: tuple[object, ...] = ()
        taker: QueueProducer | InProcessApplication
        if mode == "queue":
            taker = build_queue_mode(self, count_commands=count_commands)
        else:
            taker = self.application = InProcessApplication(self.env, scenario, self.recorder, self.runner, self.errors)
            taker.start()
        arrivals = draw_arrivals(scenario, self.streams)
        self._offering = self.env.process(arrive_all(self.env, arrivals, self.recorder, taker.submit))
        self.env.process(self._watch())
        self._sampler = Sampler(self, sample_every_ms)
        self.metrics = Metrics(scenario, mode, self.trace, self._sampler.samples, look=self._sampler.now)
        self._left = self._standing()

    # -- for faults and people ------------------------------------------------------------------------------------

    def processes_of(self, target: str) -> list[Process]:
        """List the processes that a target names; see ``SimulatedFaultInjector.processes``."""
        if self.application is not None:
            return [self.application]
        if target == "application":
            return [cast(Process, self.producer)]
        return target_processes(target, self.workers)

    def queue(self, name: str) -> QueueHandle:
        """Return a queue to look at and to operate.

        Raises:
            SimError: In in-process mode there are no queues.
            UnknownName: The scenario has no such queue.
        """
        if self.redis is None:
            raise SimError("in in-process mode there is no queue; open the world with mode='queue'")
        if name not in self.queues:
            raise UnknownName("queue", name, list(self.queues))
        return QueueHandle(self.redis, self.queues[name], self.clock, self.recorder)

    def wake_everyone(self) -> None:
        """Look for due and waiting jobs in every queue, after Redis came back or keys were changed by hand."""
        for parts in self.queues.values():
            parts.promoter.wake()
            if self.server is not None and self.server.state == "up":
                parts.blocked_clients.serve()

    def go_back_to(self, snapshot: Snapshot) -> None:
        """Give Redis older data, and write down which jobs it has forgotten or holds in an older place."""
        keys = [parts.keys for parts in self.queues.values()]
        before = self._places(keys)
        cast(RedisServer, self.server).replace_data(snapshot)
        after = self._places(keys)
        home = {queue.dead_letters().name: queue.name for queue in keys}
        queue_of = {name: home.get(queue, queue) for queue, _job_id, name in self.recorder.ids()}
        for name, place in before.items():
            now = after.get(name, Place.NOWHERE)
            if now is place:
                continue
            if now is Place.NOWHERE:
                self.recorder.job(queue_of[name], name, EventKind.FORGOTTEN, None, {"place": place.value})
            else:
                self.recorder.job(queue_of[name], name, EventKind.RESTORED, None, {"place": now.value})

    def _places(self, keys: list[QueueKeys]) -> dict[str, Place]:
        server = cast(RedisServer, self.server)
        return server.operate(lambda: job_places(cast(Store, self.redis), keys, self.recorder))

    def replayable(self) -> AbstractContextManager[None]:
        """Let an error of the program itself take along how this run is had again."""
        return replayable(self.mode, self.seed, self.semantics.name, self.store_name)

    # -- running --------------------------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Milliseconds since the run began."""
        return int(self.env.now)

    @property
    def is_over(self) -> bool:
        """Whether the run has reached its end."""
        return self._settled

    def run_until(self, until: str | int) -> None:
        """Go on to a moment of simulated time: ``"90s"`` or milliseconds since the run began.

        Keys that were changed by hand through ``redis`` are noticed first. Nothing else comes of stopping on the way:
        any number of steps make the run that one makes.

        Raises:
            DurationError: The text is not a duration.
            SimError: The moment has passed, or the run is finished.
            BudgetExceeded: It takes more simulation steps than the world was given.
        """
        until_ms = parse_duration(until) if isinstance(until, str) else until
        if self._finished is not None:
            raise SimError("this run is finished; open the world again to run it another time")
        if until_ms < self.now_ms:
            raise SimError(f"it is {self.now_ms} ms already; time does not go back to {until_ms} ms")
        self._notice_changes()
        self._advance(until_ms)
        self._sampler.take_until(until_ms)
        if self.env.now < until_ms:
            self.env.skip_to(until_ms)

    def run_towards(self, until_ms: int) -> bool:
        """Go on to a moment, or only to the end of the run where that comes first, and tell whether it has ended.

        Whoever goes to the end in any number of such steps has the run that ``run`` makes, record by record.

        Args:
            until_ms: Milliseconds since the run began.

        Raises:
            SimError: The moment has passed, or the run is finished.
            BudgetExceeded: It takes more simulation steps than the world was given.
        """
        duration_ms = self.scenario.duration
        if duration_ms is not None:
            if self.now_ms < duration_ms:
                self.run_until(min(until_ms, duration_ms))
            self._settled = self.now_ms >= duration_ms
            return self._settled
        if not self._settled:
            self.run_until(self.now_ms)
            self._advance(until_ms, to_end=True)
            if not self._settled and self.env.now < until_ms:
                self.env.skip_to(until_ms)
        return self._settled

    def watch_again(self) -> None:
        """After something was done by hand: look once more for the moment at which all is settled."""
        if self._settled and self.scenario.duration is None:
            self._settled = False
            self.env.process(self._watch())

    def run(self) -> None:
        """Go on to the end of the run: the scenario's duration, or until all is settled."""
        if self.scenario.duration is not None:
            self.run_until(max(self.now_ms, self.scenario.duration))
            self._settled = True
            return
        interfered = self._standing() != self._left
        self.run_until(self.now_ms)
        if interfered:
            self.watch_again()
        if not self._settled:
            self._advance(None)
        self._sampler.take_until(self.now_ms)

    def _notice_changes(self) -> None:
        """Let workers have what somebody put in line by hand since time stood still.

        Only then: in a run that nobody touched, whoever can have a job has it, and a look more could only do harm.
        """
        if self.server is not None and self.server.state == "up" and self._standing() != self._left:
            self.wake_everyone()

    def _standing(self) -> tuple[object, ...]:
        """Say what a hand that interferes would change: how much is arranged, and which jobs are where."""
        arranged = (len(self.env._queue), self.env.peek(), self.injector.last_ms)
        server, store = self.server, self.redis
        if server is None or store is None:
            return arranged

        keys = [parts.keys for parts in self.queues.values()]
        return (*arranged, *server.operate(lambda: [where_jobs_stand(store, queue) for queue in keys]))

    def _advance(self, until_ms: int | None, *, to_end: bool = False) -> None:
        env = self.env
        self._hands_off_ms = math.inf if until_ms is None else until_ms
        steps = self._steps_left
        step, peek = env.step, env.peek
        try:
            with self.replayable():
                if until_ms is None:
                    while not self._settled and steps:
                        step()
                        steps -= 1
                else:
                    while steps and peek() <= until_ms and not (to_end and self._settled):
                        step()
                        steps -= 1
        finally:
            self._steps_left = steps
            self._left = self._standing()
        if not steps:
            raise BudgetExceeded(self._max_steps)

    def _watch(self) -> Steps:
        """End the run when all is settled, at the latest at the horizon; see ``sim.scenario.limits``.

        Every look comes after everything else of its moment, so that no event of the last moment is left out.
        """
        yield self._offering
        yield self.env.moment_over(max(0, self.injector.last_ms - int(self.env.now)))
        while self.env.now < self.injector.last_ms:
            yield self.env.moment_over(self.injector.last_ms - int(self.env.now))
        give_up_ms = horizon_ms(self.scenario, int(self.env.now))
        while not self._is_quiet() and self.env.now < give_up_ms:
            yield self.env.moment_over(self._until_next_look_ms(give_up_ms))
            if self.injector.last_ms > self.env.now:
                yield self.env.moment_over(self.injector.last_ms - int(self.env.now))
        self._gave_up = not self._is_quiet()
        self._settled = True

    def _until_next_look_ms(self, give_up_ms: int) -> int:
        """Return how long to wait until there may be something new to see, in whole periods of the watch.

        Nothing changes before the next event, nor before whoever runs the world by steps can interfere again. While
        something is still arranged the next look is one period away, to go on from the last of that.
        """
        now_ms = int(self.env.now)
        if self.injector.last_ms > now_ms:
            return SETTLE_EVERY_MS
        change_ms = int(min(self.env.peek(), self._hands_off_ms + 1, give_up_ms))
        periods = -((now_ms - change_ms) // SETTLE_EVERY_MS)
        return max(1, periods) * SETTLE_EVERY_MS

    def _is_quiet(self) -> bool:
        """Whether nothing is left to happen to any job."""
        server, store, producer = self.server, self.redis, self.producer
        if server is None or store is None or producer is None:
            return not cast(InProcessApplication, self.application).holds
        if server.state != "up" or producer.holds or (self.operator is not None and self.operator.waiting):
            return False
        for workers in self.workers.values():
            for worker in workers:
                if worker.running or worker.frozen:
                    return False
        for parts in self.queues.values():
            keys = parts.keys
            if store.exists(keys.wait, keys.active, keys.delayed, keys.paused):
                return False
        return True

    # -- the end --------------------------------------------------------------------------------------------------

    def finish(self) -> list[JobOutcome]:
        """Take stock: one outcome for every offered job, from what stands in the database, the outbox and the keys.

        Jobs that are lost are written into the ledger as such; nothing can run after this.
        """
        if self._finished is None:
            self.errors.close()
            final_state = FinalState(self.database.database.effects_by_job(), self._final_places())
            self._finished = classify_outcomes(self.recorder.facts, final_state)
            for job in self._finished:
                if job.outcome is Outcome.LOST:
                    self.recorder.job(job.queue, job.job, EventKind.LOST)
        return self._finished

    @property
    def end(self) -> RunEnd:
        """How the run ended, and what was left to do; known once ``finish`` has taken stock."""
        by: EndedBy = "hand"
        if self._settled:
            by = "duration" if self.scenario.duration is not None else "horizon" if self._gave_up else "settled"
        jobs = zip(self.finish(), (facts.place for facts in self.recorder.facts), strict=True)
        return run_end(self, by, jobs)

    def outcomes_now(self) -> list[JobOutcome]:
        """Say what every job's outcome would be if the run ended now; nothing is written, and the run can go on."""
        final_state = FinalState(
            self.database.database.effects_by_job(), self._final_places(ReadOnlyNames(self.recorder))
        )
        return classify_outcomes(self.recorder.facts, final_state)

    def close(self) -> None:
        """Give up the database; nothing can be asked of this world afterwards but the outcomes that it has given."""
        self.database.database.hand_back()

    def _final_places(self, names: Names | None = None) -> dict[str, Place]:
        holder: Any = self.application if self.application is not None else self.producer
        places = dict.fromkeys(holder.holds, Place.SUBMITTING)
        if self.redis is not None:
            store, keys = self.redis, [parts.keys for parts in self.queues.values()]
            server = cast(RedisServer, self.server)
            places |= server.operate(lambda: standing_places(store, keys, names or self.recorder))
        return places
