"""What happens to Redis in a rehearsal: unreachable, killed, restarted, read-only, replaced; snapshots saved."""

import asyncio
import json
from typing import Any

import redis

from sim.engine.final_state import job_places
from sim.engine.recorder import Recorder
from sim.faults.injector import FaultId
from sim.queue.getters import has_unfinished_jobs, state_by_id
from sim.queue.keys import QueueKeys
from sim.rehearsal.redis_process import RedisProcess
from sim.rehearsal.redis_replica import ReplicationLink
from sim.rehearsal.scale import ScaledClock
from sim.results.outcomes import Place
from sim.results.trace import EventKind
from sim.scenario.schema import RedisConfig


class RealRedis:
    """Takes Redis down and gives it back, as often as faults that overlap ask for.

    Attributes:
        is_up: Whether clients can reach it.
        hangs: The faults that keep it frozen.
        lost_data_ms: When it was last killed with a policy that loses data, ms since the run began; or None.
    """

    def __init__(
        self,
        server: RedisProcess,
        config: RedisConfig,
        queues: list[str],
        recorder: Recorder,
        clock: ScaledClock,
    ) -> None:
        self.server = server
        self.is_up = False
        self.lost_data_ms: int | None = None
        self._config = config
        self._keys = [QueueKeys(name) for name in queues]
        self._recorder = recorder
        self._clock = clock
        self._stops = 0
        self._refusals = 0
        self._failovers = 0
        self._link: ReplicationLink | None = None
        self._fault: FaultId | None = None
        self.hangs: list[FaultId] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Wait until it serves commands, and let clients reach it."""
        await self.server.until_it_answers()
        if self._failovers:
            await self._follow()
        self.server.publish()
        self.is_up = True

    async def _follow(self) -> None:
        """Start a replica of the server that runs."""
        link = self._link = ReplicationLink(self.server.socket)
        await self.server.start_replica(await link.open())

    def close(self) -> None:
        """Let go of everything that is open."""
        if self._link is not None:
            self._link.cut()
        self.server.close()

    @property
    def takes_writes(self) -> bool:
        """Whether clients can reach it and change keys."""
        return self.is_up and not self._refusals

    def stop(self, fault: FaultId, why: str) -> None:
        """Put it out of reach; it lives on."""
        self._stops += 1
        if self._stops == 1:
            self._begin(fault, why)
            self.is_up = False
            self.server.hide()

    def _begin(self, fault: FaultId, why: str) -> None:
        self._fault = fault
        self._recorder.world(EventKind.FAULT_BEGAN, None, **fault.as_event(why=why))

    def crash(self, fault: FaultId, why: str) -> None:
        """Kill it; another one starts on the same folder, out of reach until ``give_back``."""
        before = self.places()
        self._stops += 1
        if self._stops == 1:
            self._begin(fault, why)
        self.is_up = False
        self.server.kill()
        if self._config.persistence in ("none", "rdb"):
            self.lost_data_ms = int(self._clock.now)
        self._do(self._note_what_changed(before))

    def give_back(self) -> None:
        """Let clients reach it, once as many calls as stops and crashes have come."""
        self._stops = max(0, self._stops - 1)
        if not self._stops:
            self._do(self._give_back())

    async def _give_back(self) -> None:
        await self.server.until_it_answers()
        if not self._stops:
            if self._refusals:
                self.server.refuse_writes()
            self.server.publish()
            self.is_up = True
            if self._fault is not None:
                self._recorder.world(EventKind.FAULT_ENDED, None, **self._fault.as_event())

    def expect_failover(self) -> None:
        """Have a replica from the beginning on, or from the end of the failover before."""
        self._failovers += 1

    def fall_behind(self) -> None:
        """Let the replica hear of nothing that is written from now on."""
        if self._link is not None:
            self._link.cut()

    def fail_over(self, lag_ms: int) -> None:
        """Kill it, and let the replica answer in its place; that refuses writes until ``accept_writes``."""
        before = self.places()
        self.fall_behind()
        self.server.take_over()
        self._refusals += 1
        if not self._stops:
            self.server.publish()
        if lag_ms:
            self.lost_data_ms = int(self._clock.now)
        self._do(self._note_what_changed(before))

    def refuse_writes(self) -> None:
        """Let it answer every write with READONLY; its data stays."""
        self._refusals += 1
        self.server.refuse_writes()

    def accept_writes(self) -> None:
        """Let it take writes again, once for each time that it was to refuse them."""
        self._refusals = max(0, self._refusals - 1)
        if not self._refusals:
            self.server.accept_writes()

    def end_failover(self) -> None:
        """Promote the replica; where another failover is to come, it gets a replica of its own."""
        self.accept_writes()
        self._failovers -= 1
        if self._failovers:
            self._do(self._follow())

    async def _note_what_changed(self, before: dict[str, Place]) -> None:
        await self.server.until_it_answers()
        after = self.places()
        queue_of = {name: queue for queue, _job_id, name in self._recorder.ids()}
        for name, place in before.items():
            now = after.get(name, Place.NOWHERE)
            if now is place or name not in queue_of:
                continue
            event = EventKind.DATA_LOST if now is Place.NOWHERE else EventKind.RESTORED
            shown = place if now is Place.NOWHERE else now
            self._recorder.job(queue_of[name], name, event, None, {"place": shown.value})

    def hang(self, fault: FaultId) -> None:
        """Freeze it until the last of several faults that do so ends."""
        self._recorder.world(EventKind.FAULT_BEGAN, None, **fault.as_event())
        self.hangs.append(fault)
        self.is_up = False
        self.server.stop()

    def resume(self, fault: FaultId) -> None:
        """Let it go on."""
        if fault not in self.hangs:
            return
        self._recorder.world(EventKind.FAULT_ENDED, None, **fault.as_event())
        self.hangs.remove(fault)
        if not self.hangs:
            self.server.go_on()
            self.is_up = not self._stops

    def let_be_looked_at(self) -> None:
        """Let it answer at the end of the run, whatever it did before."""
        if self.hangs:
            self.hangs.clear()
            self.server.go_on()

    def save(self) -> None:
        """Save a snapshot, in a thread of its own so that the director's clock goes on."""
        if self.is_up:
            self._do(asyncio.to_thread(self.server.save))

    def places(self) -> dict[str, Place]:
        """Say where the queues hold each job; what the job's own data says comes before what was reported."""
        client: Any = self.server.client
        for keys in self._keys:
            ids = list(state_by_id(client, keys))
            pipeline = client.pipeline(transaction=False)
            for job_id in ids:
                pipeline.hget(keys.job(job_id), "data")
            for job_id, data in zip(ids, pipeline.execute(), strict=True):
                job = _job_named_in(data)
                if job is not None and self._recorder.is_known(job):
                    self._recorder.map_id(keys.name, job_id, job)
        return job_places(client, self._keys, self._recorder)

    def name_of(self, queue: str, job_id: str) -> str:
        """Return the offer behind an id: what the job's data says, for its submit may not have been reported yet."""
        job = None if self.hangs else self.job_under(queue, job_id)
        if job is not None and self._recorder.is_known(job):
            self._recorder.map_id(queue, job_id, job)
        return self._recorder.name_of(queue, job_id)

    def job_under(self, queue: str, job_id: str) -> str | None:
        """Return the offer that the data of the job with this id speak of; None where there are none."""
        client: Any = self.server.client
        try:
            return _job_named_in(client.hget(QueueKeys(queue).job(job_id), "data"))
        except redis.RedisError:  # it is being started again
            return None

    def epoch_ms(self) -> float:
        """Read the machine's clock."""
        client: Any = self.server.client
        seconds, microseconds = client.time()
        return float(seconds * 1_000 + microseconds / 1_000)

    def is_drained(self) -> bool:
        """Whether no job waits, runs or is delayed."""
        client: Any = self.server.client
        return not any(has_unfinished_jobs(client, keys) for keys in self._keys)

    def _do(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            asyncio.get_running_loop().call_exception_handler({"message": "Redis", "exception": error})


def _job_named_in(data: str | None) -> str | None:
    try:
        job = json.loads(data or "null")["job"]
    except (ValueError, TypeError, KeyError):
        return None
    return job if isinstance(job, str) else None
