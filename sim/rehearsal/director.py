"""One rehearsal: the director, which starts everything, keeps the clock, and receives what every process reports."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from sim.engine.arrivals import Arrival, draw_arrivals
from sim.engine.backoff_strategy import backoff_strategy
from sim.engine.database import DatabaseAccess
from sim.engine.iterations import Iterations
from sim.engine.operator import arrange_operator
from sim.engine.payload import fill_up
from sim.engine.promises import promises_of
from sim.engine.random_streams import Streams
from sim.engine.recorder import Recorder
from sim.engine.service_times import service_times
from sim.faults.base import Fault
from sim.faults.registry import arrange_faults
from sim.handlers.database import ApplicationDatabase
from sim.queue.semantics import PROFILES
from sim.rehearsal.bull_options import (
    entry_options,
    job_options,
    limiter,
    repeat_options,
    strategy_type,
    worker_settings,
)
from sim.rehearsal.commits import Commits
from sim.rehearsal.database_server import DatabaseServer
from sim.rehearsal.fault_injector import RealFaults
from sim.rehearsal.outcomes import classify_outcomes
from sim.rehearsal.prediction import SEMANTICS
from sim.rehearsal.process_group import ProcessGroup
from sim.rehearsal.processes import Message, ProcessPool, RealProcess, RehearsalBroken
from sim.rehearsal.real_parts import RealParts
from sim.rehearsal.real_redis import RealRedis
from sim.rehearsal.redis_process import RedisProcess
from sim.rehearsal.redis_proxies import RedisProxies
from sim.rehearsal.reports import Reports
from sim.rehearsal.scale import Scale, ScaledClock
from sim.rehearsal.schedules import next_alignment_ms
from sim.rehearsal.starting import LOADED_WITHIN_S, start_everyone
from sim.results.result import ModeResult
from sim.results.trace import EventKind, Trace
from sim.scenario.schema import Scenario

CHILD = "child.js"
GIVE_UP_AFTER_MS = 600_000
LOOK_EVERY_S = 0.05
MAX_SPARES = 6


class Rehearsal:
    """A scenario's queue mode, for real: use it once.

    Attributes:
        clock: Real time since the run began, in the scenario's milliseconds.
        redis_version: What the server says of itself, such as 7.0.15.
        own: A person's own processor, in place of the project's handlers; None without one.
        cut_ms: Where it was ended although not all was settled, ms since the run began; None where it ended by itself.
    """

    def __init__(
        self,
        scenario: Scenario,
        scale: Scale,
        seed: int,
        parts: RealParts,
        process_group: ProcessGroup,
        own: Path | None = None,
    ) -> None:
        self.scenario = scenario
        self.own = own
        self.clock = ScaledClock(scale)
        self.trace = Trace("queue")
        self.recorder = Recorder.into(self.clock.whole_ms, self.trace)
        self.streams = Streams(seed)
        self.redis_version = ""
        self.cut_ms: int | None = None
        self._process_group = process_group
        data = process_group.folder / "database"
        data.mkdir()
        config = scenario.database
        self.access = DatabaseAccess(ApplicationDatabase(config.stock, data), config.latency_ms, self.streams)
        self.database = DatabaseServer(process_group.folder, self.access, scale)
        server = RedisProcess(parts.redis_server, process_group, scenario.redis)
        self.redis = RealRedis(server, scenario.redis, list(scenario.queues), self.recorder, self.clock)
        self.process_pool = ProcessPool(
            process_group, [parts.node, str(parts.script_folder / CHILD)], str(parts.node_modules)
        )
        self.producer = RealProcess("application", self._producer_config())
        self.operator = RealProcess("operator", {**self._producer_config(), "role": "operate"})
        self.probe = RealProcess("probe", {"role": "probe"})
        self.workers = {name: self._workers_of(name) for name in scenario.queues}
        self.faults = RealFaults(self)
        self.operating: set[int] = set()
        self.proxies = self._proxies()
        arrange_faults(self)
        arrange_operator(self)
        self.iterations = Iterations(scenario, self.streams)
        self._scheduled = [entry for entry in scenario.workload if entry.schedules]
        self._began_ms = 0.0
        self._arrivals = list(draw_arrivals(scenario, self.streams))
        self.strategies = {
            name: backoff_strategy(scenario, name, PROFILES[SEMANTICS], self.streams) for name in scenario.queues
        }
        self._promises = promises_of(scenario, "queue")
        self.service_ms = {name: service_times(name, one, self.streams) for name, one in scenario.queues.items()}
        self.holds: dict[str, int] = {}
        self.commits = Commits(self, self.faults)
        self._reports = Reports(self)
        self._broken: asyncio.Future[None] | None = None

    # -- what there is ----------------------------------------------------------------------------------------------

    def _producer_config(self) -> Message:
        limiters = {name: limiter(config, self.clock.scale) for name, config in self.scenario.queues.items()}
        return {"role": "produce", "queues": list(limiters), "limiters": limiters, **self._connection()}

    def _connection(self) -> Message:
        return {
            "redis": str(self.redis.server.public),
            "scale": self.clock.scale.factor,
            "maxRetriesPerRequest": self.scenario.redis.max_retries_per_request,
        }

    def _proxies(self) -> RedisProxies:
        """Give the processes whose way to Redis a fault breaks one of their own."""
        proxies = RedisProxies(self._process_group.folder, self.redis.server.public)
        for fault in self.scenario.faults:
            for process in self._struck(fault) if fault.breaks_ways else ():
                process.config = {**process.config, "redis": str(proxies.add(process.name))}
        return proxies

    def _struck(self, fault: Fault) -> list[RealProcess]:
        target = getattr(fault, "target", None)
        return self._everyone() if target is None else self.faults.processes(target)

    def _workers_of(self, queue: str) -> list[RealProcess]:
        settings = self.scenario.workers_of(queue)
        config = {
            "role": "work",
            "queue": queue,
            "concurrency": settings.concurrency,
            "blocking": settings.blocking,
            "own": None if self.own is None else str(self.own.resolve()),
            "settings": worker_settings(settings, self.clock.scale),
            "strategy": strategy_type(self.scenario.queues[queue]),
            "limiter": limiter(self.scenario.queues[queue], self.clock.scale),
            "announceTaken": any(
                getattr(fault, "step", None) == "between-take-and-lock" for fault in self.scenario.faults
            ),
            **self._connection(),
        }
        return [RealProcess(f"{queue}-{number}", config) for number in range(1, settings.processes + 1)]

    def _everyone(self) -> list[RealProcess]:
        operators = [self.operator] if self.scenario.operator else []
        return [self.producer, *operators, *(worker for workers in self.workers.values() for worker in workers)]

    def _spares(self) -> int:
        """Guess how many processes will be replaced."""
        crashes = sum(
            fault.kills(lambda target: len(self.faults.processes(target)), MAX_SPARES) for fault in self.scenario.faults
        )
        return min(MAX_SPARES, crashes)

    # -- the run ----------------------------------------------------------------------------------------------------

    async def run(self) -> ModeResult:
        """Run the scenario to its end and return its result.

        Raises:
            RehearsalBroken: Something happened that is no part of the scenario.
        """
        loop = asyncio.get_running_loop()
        self._broken = loop.create_future()
        loop.set_exception_handler(lambda _loop, context: self._break(context.get("exception")))
        playing = loop.create_task(self._play())
        try:
            both: list[asyncio.Future[Any]] = [playing, self._broken]
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if self._broken.done():
                self._broken.result()
            return await playing
        finally:
            playing.cancel()
            self._broken.cancel()
            self.process_pool.close()
            self.database.close()
            self.proxies.close()
            self.redis.close()
            self.access.database.close()

    def _break(self, error: BaseException | None) -> None:
        if self._broken is not None and not self._broken.done():
            self._broken.set_exception(error or RehearsalBroken("an error without a cause"))

    async def _play(self) -> ModeResult:
        await self.process_pool.open(self._reports.hear, self._break)
        await self.database.open(self._break)
        await self.proxies.open(self._break)
        everyone = self._everyone()
        processes = len(everyone) + 1 + self._spares()
        self.process_pool.hire(processes)
        await self.redis.open()
        self.redis_version = self.redis.server.version()
        try:
            await asyncio.wait_for(self.process_pool.until_spares(processes), LOADED_WITHIN_S)
            self.process_pool.start(self.probe)
            await start_everyone(self, self.faults, self.streams)
        except TimeoutError:
            words = self._process_group.last_words("node")
            raise RehearsalBroken(f"the processes do not start within {LOADED_WITHIN_S:g} s: {words}") from None
        await self._wait_for_schedules()
        self.clock.begin()
        self.faults.begin()
        if self.probe.link is not None:
            self.probe.link.send({"kind": "begin"})
        self.register_schedules()
        offering = asyncio.gather(self._offer_all(), self._save_snapshots())
        if self.scenario.duration is not None:
            self.cut_ms = self.scenario.duration
            await self._until(self.scenario.duration)
            offering.cancel()
            with suppress(asyncio.CancelledError):
                await offering
        else:
            await offering
            await self._until_settled()
        self.redis.let_be_looked_at()
        jobs = classify_outcomes(
            self.scenario, self.trace, self.recorder, self.redis, self.access.database, self._waiting()
        )
        return ModeResult("queue", self.trace, jobs, int(self.clock.now), list(self.scenario.queues))

    async def _wait_for_schedules(self) -> None:
        """Wait until the intervals of schedules, which count from 1970, begin where they do in the scenario."""
        everys = sorted({one.every for entry in self._scheduled for one in entry.schedules if one.every})
        now_ms = self.redis.epoch_ms()
        if everys:
            first_ms = next_alignment_ms(everys, self.clock.scale.factor, now_ms)
            await asyncio.sleep((first_ms - now_ms) / 1_000)
        self._began_ms = self.redis.epoch_ms()

    def register_schedules(self) -> None:
        """Let the application register its schedules, as it does whenever it has started."""
        link, scale = self.producer.link, self.clock.scale
        if link is None:
            return
        for entry in self._scheduled:
            options = entry_options(entry, self.scenario.queues[entry.queue], scale)
            options["repeat"] = repeat_options(entry, self.producer.generation, self._began_ms, scale)
            if entry.job_id is not None:
                options["jobId"] = entry.job_id
            data = self.iterations.data_of(entry)
            link.send({"kind": "repeat", "queue": entry.queue, "data": data, "options": options})

    async def _offer_all(self) -> None:
        for arrival in self._arrivals:
            await self._until(arrival.at_ms)
            self.clock.note_due(arrival.at_ms)
            self._arrival(arrival)

    async def _until(self, t_ms: float) -> None:
        wait_s = self.clock.loop_time(t_ms) - asyncio.get_running_loop().time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    def _arrival(self, arrival: Arrival) -> None:
        delay = {"delay_ms": arrival.workload.delay} if arrival.workload.delay else None
        self.recorder.offered(arrival.queue, arrival.name, self._promises.get(id(arrival.workload), delay))
        self.service_ms[arrival.queue].remember(arrival.name, arrival.service_ms, arrival.workload)
        link = self.producer.link
        if link is None:
            more = {"error": "the application is down"}
            self.recorder.job(arrival.queue, arrival.name, EventKind.REJECTED, "producer", more)
            return
        if not self.redis.is_up:
            self.recorder.job(arrival.queue, arrival.name, EventKind.SUBMIT_WAITING, "producer")
        config = self.scenario.queues[arrival.queue]
        data = config.job.sample_data(arrival.number, valid=arrival.valid)
        data["job"] = arrival.name
        if arrival.group is not None and config.limiter is not None and config.limiter.group_key is not None:
            data[config.limiter.group_key] = arrival.group
        if arrival.workload.size is not None:
            fill_up(data, arrival.workload.size)
        self.holds[arrival.name] = self.producer.generation
        self.commits.begin(arrival)
        options = job_options(arrival, config, self.clock.scale)
        link.send({"kind": "add", "queue": arrival.queue, "job": arrival.name, "data": data, "options": options})

    async def _save_snapshots(self) -> None:
        """With ``rdb``: save a snapshot at every multiple of the interval, until the last fault or offer."""
        config = self.scenario.redis
        if config.persistence != "rdb":
            return
        last_ms = max(self.faults.last_ms, 0, *(arrival.at_ms for arrival in self._arrivals))
        for t_ms in range(config.save_interval, last_ms + 1, config.save_interval):
            await self._until(t_ms)
            self.redis.save()

    async def _until_settled(self) -> None:
        """Wait until nothing is left to happen to any job, at most ten minutes of the scenario after the last event.

        The last event is the last fault, or when the last job is due.
        """
        quiet = 0
        due_ms = max((arrival.at_ms + arrival.workload.delay for arrival in self._arrivals), default=0)
        due_ms = max(due_ms, 0, *(one.span_ms for entry in self._scheduled for one in entry.schedules))
        due_ms += sum(fault.postpones_ms for fault in self.scenario.faults)
        while quiet < 2:
            give_up_ms = max(self.faults.last_ms, due_ms) + GIVE_UP_AFTER_MS
            if self.clock.now >= give_up_ms:
                self.cut_ms = give_up_ms
                return
            await asyncio.sleep(LOOK_EVERY_S)
            quiet = quiet + 1 if self._is_quiet() else 0

    def _is_quiet(self) -> bool:
        if self.clock.now < self.faults.last_ms or not self.redis.takes_writes or self.operating or self._waiting():
            return False
        workers = [worker for workers in self.workers.values() for worker in workers]
        busy = any(worker.running or worker.unheard or worker.frozen for worker in workers)
        return not busy and self.redis.is_drained()

    def _waiting(self) -> list[str]:
        """Jobs whose submit the producer that there is has not answered."""
        return [job for job, generation in self.holds.items() if generation == self.producer.generation]
