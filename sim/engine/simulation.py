"""One mode of a scenario, with everything that takes part in it."""

from functools import cached_property

from sim.core.errors import SimError
from sim.engine.arrivals import draw_arrivals
from sim.engine.attempt import AttemptRunner, LoadedRunner
from sim.engine.clock import SimulatedClock, SimulatedTime
from sim.engine.command_count import CommandCount
from sim.engine.database import DatabaseAccess
from sim.engine.database_load import DatabaseLoad
from sim.engine.error_log import ErrorLog
from sim.engine.fault_injector import SimulatedFaults
from sim.engine.final_state import final_state
from sim.engine.in_process_system import InProcessSystem
from sim.engine.instruments import Instrument, Subscriptions, TraceKeeper
from sim.engine.operator import arrange_operator
from sim.engine.process_faults import ProcessFaults
from sim.engine.producer import arrive_all
from sim.engine.promises import promises_of
from sim.engine.queue_handle import QueueHandle
from sim.engine.queue_system import QueueSystem
from sim.engine.random_streams import Streams
from sim.engine.recorder import Names, ReadOnlyNames, Recorder
from sim.engine.redis_server import RedisServer
from sim.engine.run_context import RunContext
from sim.engine.run_end import run_end
from sim.engine.run_loop import RunLoop
from sim.engine.run_options import RunOptions
from sim.engine.sampler import Sampler
from sim.engine.system import System
from sim.faults.registry import arrange_faults
from sim.handlers.database import ApplicationDatabase
from sim.queue.semantics import PROFILES
from sim.queue.store import Store
from sim.results.metrics import Metrics
from sim.results.outcomes import FinalState, JobResults, Outcome, classify_outcomes
from sim.results.result import ModeResult
from sim.results.run_end import RunEnd
from sim.results.samples import Now
from sim.results.trace import EventKind, Trace
from sim.scenario.schema import Scenario
from sim.yaml_files.fields import ModeName


class Simulation:
    """Time, a system under test, what breaks it and what observes it; it runs by steps of simulated time.

    Attributes:
        system: The queues, or the application alone.
        faults: The verbs that break and mend this world.
        trace: What happened so far.
        errors: The error log; off unless asked for.
        commands: What the queue asked of Redis so far; None unless asked for.
    """

    def __init__(self, scenario: Scenario, mode: ModeName = "queue", options: RunOptions | None = None) -> None:
        options = (options or RunOptions()).resolved(scenario)
        self.scenario = scenario
        self.mode: ModeName = mode
        self.options = options
        self.seed = options.seed_of(scenario)
        self._concludes = False
        self._replayable = options.replayable(scenario, mode)
        with self._replayable:
            every_ms = options.sample_every_ms(scenario)
            self.env = SimulatedTime()
            sampler = None if every_ms is None else Sampler(self.env, every_ms)
            self.clock = SimulatedClock(self.env)
            self.trace = Trace(mode, kept=options.trace)
            self.errors = ErrorLog(self.env, mode, kept=options.error_log, omit=options.error_log_omit)
            self.commands = CommandCount() if options.count_commands and mode == "queue" else None
            own: tuple[Instrument | None, ...] = (TraceKeeper(self.trace), self.errors, self.commands, sampler)
            heard = Subscriptions()
            for instrument in (*own, *options.instruments):
                if instrument is not None:
                    instrument.subscribe(heard)
            run = self._surroundings(heard)
            self.recorder, self.streams, self.database = run.recorder, run.streams, run.database
            self.system: System = QueueSystem(run, options.store, heard) if mode == "queue" else InProcessSystem(run)
            arrivals = draw_arrivals(scenario, self.streams)
            promises = promises_of(scenario, mode)
            arriving = self.env.process(arrive_all(self.env, arrivals, self.recorder, self.system, promises))
            self._loop = RunLoop(
                scenario,
                self.env,
                self.system,
                arriving,
                heard,
                max_steps=options.max_steps,
                replayable=self._replayable,
            )
            heard.begin(self.system.reading)
            self._heard = heard
            self._samples = None if sampler is None else sampler.samples
            self.faults = SimulatedFaults(run, self.system)
            arrange_faults(self)
            arrange_operator(self)

    def _surroundings(self, heard: Subscriptions) -> RunContext:
        scenario, options = self.scenario, self.options
        recorder = Recorder(self.env, self.mode, heard.event, heard.tidy)
        streams = Streams(self.seed) if options.streams is None else options.streams
        database = DatabaseAccess(ApplicationDatabase(scenario.database.stock), scenario.database.latency_ms, streams)
        faults = ProcessFaults(self.env, recorder)
        runner = AttemptRunner(self.env, recorder, database, faults)
        if scenario.database.has_limits:
            load = DatabaseLoad(self.env, scenario.database, database, streams)
            runner = LoadedRunner(self.env, recorder, database, faults, load)
        return RunContext(
            scenario,
            PROFILES[options.semantics_of(scenario)],
            self.env,
            self.clock,
            streams,
            recorder,
            heard.failure,
            database,
            faults,
            runner,
        )

    # -- to look at, and to change --------------------------------------------------------------------------------

    @property
    def queue_system(self) -> QueueSystem:
        """The queues with everything that belongs to them.

        Raises:
            SimError: In in-process mode there are none.
        """
        if isinstance(self.system, QueueSystem):
            return self.system
        raise SimError("in in-process mode there is no queue; open the world with mode='queue'")

    @property
    def redis(self) -> Store:
        """The queue's store, to look at every key or change it.

        Raises:
            SimError: In in-process mode there is none.
        """
        return self.queue_system.redis

    @property
    def server(self) -> RedisServer:
        """The simulated Redis server: up, loading or down.

        Raises:
            SimError: In in-process mode there is none.
        """
        return self.queue_system.server

    def queue(self, name: str) -> QueueHandle:
        """Return a queue to look at and to operate.

        Raises:
            SimError: In in-process mode there are no queues.
            UnknownName: The scenario has no such queue.
        """
        return self.queue_system.queue(name)

    @cached_property
    def metrics(self) -> Metrics:
        """What an operator sees; it grows while the world runs."""
        return Metrics(self.scenario, self.mode, self.trace, self._samples, look=self._look)

    def _look(self) -> Now:
        return Now(self.now_ms, self.system.reading())

    # -- running --------------------------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Milliseconds since the run began."""
        return int(self.env.now)

    @property
    def next_ms(self) -> float:
        """When the next thing happens, ms since the run began; infinity where nothing is to come."""
        return self.env.peek()

    @property
    def is_over(self) -> bool:
        """Whether the run has reached its end."""
        return self._loop.is_over

    def run_until(self, until: str | int) -> None:
        """Go on to a moment of simulated time: ``"90s"`` or milliseconds since the run began.

        Keys that were changed by hand through ``redis`` are noticed first. Nothing else comes of stopping on the way:
        any number of steps make the run that one makes.

        Raises:
            DurationError: The text is not a duration.
            SimError: The moment has passed, or the run is finished.
            BudgetExceeded: It takes more simulation steps than the world was given.
        """
        self._loop.run_until(until)

    def run_towards(self, until_ms: int) -> bool:
        """Go on to a moment, or only to the end of the run where that comes first, and tell whether it has ended.

        Whoever goes to the end in any number of such steps has the run that ``run`` makes, record by record.

        Args:
            until_ms: Milliseconds since the run began.

        Raises:
            SimError: The moment has passed, or the run is finished.
            BudgetExceeded: It takes more simulation steps than the world was given.
        """
        return self._loop.run_towards(until_ms)

    def run(self) -> None:
        """Advance to the end of the run: the scenario's duration, or until all is settled.

        Raises:
            SimError: The run is finished.
            BudgetExceeded: It takes more simulation steps than the world was given.
        """
        self._loop.run()

    def watch_again(self) -> None:
        """After something was done by hand: look once more for the moment at which all is settled."""
        self._loop.watch_again()

    # -- the end --------------------------------------------------------------------------------------------------

    def finish(self) -> JobResults:
        """Take stock: one outcome for every offered job, from what stands in the database, the outbox and the keys.

        Jobs that are lost are written into the trace as such; nothing can run after this.
        """
        return self._final_outcomes

    @cached_property
    def _final_outcomes(self) -> JobResults:
        self._heard.finish()
        stands = self._state(self.recorder)
        if self._concludes:
            self.database.hand_back()
        jobs = classify_outcomes(self.mode, self.recorder.facts, stands)
        self._loop.close()
        for job in jobs:
            if job.outcome is Outcome.LOST:
                self.recorder.job(job.queue, job.job, EventKind.LOST)
        return jobs

    def outcomes_now(self) -> JobResults:
        """Say what every job's outcome would be if the run ended now; nothing is written, and the run can go on."""
        stands = self._state(ReadOnlyNames(self.recorder))
        return classify_outcomes(self.mode, self.recorder.facts, stands)

    def _state(self, names: Names) -> FinalState:
        return final_state(self.scenario, self.database.database, self.system.places(names))

    @property
    def end(self) -> RunEnd:
        """How the run ended, and what was left to do; known once ``finish`` has taken stock."""
        jobs = zip(self.finish(), (facts.place for facts in self.recorder.facts), strict=True)
        return run_end(self.scenario, self.system, self.now_ms, self._loop.ended_by, jobs)

    def result(self) -> ModeResult:
        """Take stock of the run as it stands; nothing can run after this."""
        with self._replayable:
            jobs = self.finish()
            metrics = None if self._samples is None else self.metrics
            if "metrics" in vars(self):
                self.metrics.end()
        queues = list(self.scenario.queues)
        return ModeResult(self.mode, self.trace, jobs, self.now_ms, queues, metrics, self.errors.lines, self.end)

    def conclude(self) -> ModeResult:
        """Take stock and close; the rows of the application's tables are gone before there is a result of each job."""
        self._concludes = True
        result = self.result()
        self.close()
        return result

    def close(self) -> None:
        """Give up the database and take the world apart; nothing can be asked of it but the outcomes that it has given.

        Its parts refer to each other in circles. Whole, they would stay until the garbage collector has looked at all
        of them, which takes a fifth of the time of a small world (docs/performance.md).
        """
        self.database.hand_back()
        self._loop.let_go()
        for part in (self._heard, self.faults):
            vars(part).clear()
